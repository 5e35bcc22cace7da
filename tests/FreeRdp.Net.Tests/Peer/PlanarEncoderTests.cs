using System.Runtime.InteropServices;
using FreeRdp.Codec;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>What our planar encoder says, libfreerdp's decoder understands exactly.</summary>
public sealed unsafe partial class PlanarEncoderTests
{
    private const int Side = 256;
    private const uint Bgrx32 = 0x20040888;

    [NativeTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Encode_PicturesOfEveryKind_DecodeExactly(bool topDown)
    {
        var encoder = new PlanarEncoder(topDown);
        var decoder = freerdp_bitmap_planar_context_new(0, Side, Side);
        var random = new Random(77);
        var picture = new uint[Side * Side];
        var decoded = new uint[Side * Side];
        try
        {
            for (var round = 0; round < 4000; round++)
            {
                Draw(picture, random, round);
                var width = round < Side ? round + 1 : random.Next(1, Side + 1);
                var height = random.Next(1, Math.Min(Side, PlanarEncoder.PixelsMax / width) + 1);
                var rectangle = new RdpRectangle(random.Next(Side - width + 1), random.Next(Side - height + 1), width, height);
                fixed (uint* pixels = picture, to = decoded)
                {
                    var encoded = encoder.Encode(new PictureView((byte*)pixels, Side, Side, Side * 4), rectangle);
                    Assert.True(encoded.Length <= 1 + (3 * height * (width + ((width + 14) / 15))), $"{encoded.Length} bytes for {width}×{height}");
                    fixed (byte* bytes = encoded)
                    {
                        Assert.NotEqual(0, planar_decompress(decoder, bytes, (uint)encoded.Length, (uint)width, (uint)height, (byte*)to,
                            Bgrx32, Side * 4, 0, 0, (uint)width, (uint)height, topDown ? 0 : 1));
                    }

                    for (var y = 0; y < height; y++)
                    {
                        for (var x = 0; x < width; x++)
                        {
                            var wanted = pixels[((rectangle.Y + y) * Side) + rectangle.X + x];
                            if ((wanted ^ to[(y * Side) + x]) << 8 != 0)
                                Assert.Fail($"round {round}, {width}×{height}, pixel {x},{y}: {to[(y * Side) + x]:X8} instead of {wanted:X8}");
                        }
                    }
                }
            }
        }
        finally
        {
            freerdp_bitmap_planar_context_free(decoder);
        }
    }

    /// <summary>Runs of all lengths, literals of all lengths, and everything between.</summary>
    private static void Draw(uint[] picture, Random random, int round)
    {
        var runMax = 1 << random.Next(9);
        var colours = 1 << random.Next(1, 25);
        for (var at = 0; at < picture.Length;)
        {
            var colour = (uint)random.Next(colours) * (round % 3 == 0 ? 0x010101u : 1u);
            for (var run = random.Next(1, runMax + 1); run > 0 && at < picture.Length; run--) picture[at++] = colour;
        }

        // Rows that repeat, as in windows: their differences are long runs of nothing.
        for (var y = 1; y < Side; y++)
        {
            if (random.Next(3) == 0) picture.AsSpan((y - 1) * Side, Side).CopyTo(picture.AsSpan(y * Side));
        }
    }

    [LibraryImport("libfreerdp3.so.3")]
    private static partial void* freerdp_bitmap_planar_context_new(uint flags, uint width, uint height);

    [LibraryImport("libfreerdp3.so.3")]
    private static partial void freerdp_bitmap_planar_context_free(void* context);

    [LibraryImport("libfreerdp3.so.3")]
    private static partial int planar_decompress(void* planar, byte* source, uint sourceSize, uint sourceWidth, uint sourceHeight,
        byte* target, uint targetFormat, uint targetStep, uint x, uint y, uint width, uint height, int flip);
}
