using System.Diagnostics;
using RemoteChain.Gateway.Fronts.Web;

namespace RemoteChain.Gateway.Tests.Fronts.Web;

public sealed class JpegEncoderTests
{
    [Theory]
    [InlineData("photograph", 64, 64, 36)]
    [InlineData("photograph", 333, 127, 36)]
    [InlineData("photograph", 1, 1, 30)]
    [InlineData("gradient", 160, 90, 30)]
    [InlineData("noise", 48, 40, 7)]
    [InlineData("one colour", 17, 16, 40)]
    public void Encode_AnyPicture_IsReadByAnotherDecoder(string kind, int width, int height, double decibelsMin)
    {
        var pixels = Pictures.Of(kind, width + 3, height);
        var writer = new WireWriter();

        new JpegEncoder(90).Encode(pixels, width + 3, width, height, writer);

        Assert.True(Decibels(pixels, Decode(writer.Written.Span, width, height), width, height) >= decibelsMin,
            $"{Decibels(pixels, Decode(writer.Written.Span, width, height), width, height):0.0} dB");
    }

    [Fact]
    public void Encode_LowerQuality_TakesFewerBytes()
    {
        var pixels = Pictures.Of("photograph", 256, 256);
        var (high, low) = (new WireWriter(), new WireWriter());

        new JpegEncoder(90).Encode(pixels, 256, 256, 256, high);
        new JpegEncoder(40).Encode(pixels, 256, 256, 256, low);

        Assert.True(low.Length < high.Length);
    }

    /// <summary>ImageMagick's decoder, which is libjpeg's.</summary>
    static byte[] Decode(ReadOnlySpan<byte> jpeg, int width, int height)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, jpeg);
            using var process = Process.Start(new ProcessStartInfo("convert", [$"jpeg:{path}", "-depth", "8", "rgba:-"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            using var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            var complaints = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0 && complaints.Length == 0, complaints);
            Assert.Equal(width * height * 4, output.Length);
            return output.ToArray();
        }
        finally
        {
            File.Delete(path);
        }
    }

    static double Decibels(uint[] pixels, byte[] decoded, int width, int height)
    {
        double squares = 0;
        for (int i = 0; i < width * height; i++)
        {
            var pixel = pixels[(i / width * (width + 3)) + (i % width)];
            for (int colour = 0; colour < 3; colour++)
            {
                double difference = (byte)(pixel >> (colour * 8)) - decoded[(i * 4) + colour];
                squares += difference * difference;
            }
        }

        return 10 * Math.Log10(255.0 * 255 / Math.Max(squares / (width * height * 3), 1e-9));
    }
}
