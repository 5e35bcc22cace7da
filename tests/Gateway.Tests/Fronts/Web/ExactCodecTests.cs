using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Harness;

namespace RemoteChain.Gateway.Tests.Fronts.Web;

public sealed class ExactCodecTests
{
    [Theory]
    [InlineData("one colour", 64, 64)]
    [InlineData("noise", 61, 17)]
    [InlineData("text", 200, 40)]
    [InlineData("gradient", 300, 30)]
    [InlineData("one colour", 4096, 40)]
    [InlineData("text", 1, 1)]
    public void Encode_AnyPicture_IsDecodedExactly(string kind, int width, int height)
    {
        var pixels = Pictures.Of(kind, width + 5, height);
        var writer = new WireWriter();

        ExactCodec.Encode(pixels, width + 5, width, height, writer);

        var decoded = ExactDecoder.Decode(writer.Written.Span, width, height);
        for (int y = 0; y < height; y++)
        {
            Assert.Equal(pixels.AsSpan(y * (width + 5), width).ToArray(), decoded.AsSpan(y * width, width).ToArray());
        }
    }

    [Fact]
    public void Encode_Text_TakesLessThanAByteForFourPixels()
    {
        var pixels = Pictures.Of("text", 800, 600);
        var writer = new WireWriter();

        ExactCodec.Encode(pixels, 800, 800, 600, writer);

        Assert.InRange(writer.Length, 1, 800 * 600 / 4);
    }
}
