using System.Runtime.InteropServices;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>A BGRX32 picture with one part of every kind: flat areas, text-like patterns, a gradient, and noise like a photograph.</summary>
internal sealed class TestPicture
{
    private TestPicture(int width, int height)
    {
        (Width, Height, StrideBytes) = (width, height, (width * 4 + 63) & ~63);
        Pixels = new byte[StrideBytes * height];
    }

    public int Width { get; }

    public int Height { get; }

    public int StrideBytes { get; }

    public byte[] Pixels { get; }

    public Span<uint> Row(int y) => MemoryMarshal.Cast<byte, uint>(Pixels.AsSpan(y * StrideBytes, Width * 4));

    public static TestPicture Make(int width, int height)
    {
        var picture = new TestPicture(width, height);
        for (var y = 0; y < height; y++)
        {
            var row = picture.Row(y);
            for (var x = 0; x < width; x++) row[x] = Pixel(x, y, width, height);
        }

        return picture;
    }

    /// <summary>Without the photographic part: what every lossless way must show exactly.</summary>
    public static TestPicture MakeFlat(int width, int height)
    {
        var picture = new TestPicture(width, height);
        for (var y = 0; y < height; y++)
        {
            var row = picture.Row(y);
            for (var x = 0; x < width; x++) row[x] = Pixel(x, y % Math.Max(1, height / 2), width, height);
        }

        return picture;
    }

    private static uint Pixel(int x, int y, int width, int height)
    {
        if (y < height / 4) return x < width / 2 ? 0x00203040u : 0x00C0FFEEu & 0xFFFFFF;
        if (y < height / 2) return ((x >> 1) + (y / 9)) % 7 < 3 && y % 9 > 1 ? 0x00000000u : 0x00FFFFFFu;
        // Smooth with fine structure, as a photograph has it.
        var red = (int)(127 + (90 * Math.Sin(x / 37.0)) + (30 * Math.Sin((x + y) / 5.0)));
        var green = (int)(127 + (90 * Math.Sin(y / 29.0)) + (20 * Math.Cos(x / 3.0)));
        var blue = (int)(127 + (100 * Math.Sin((x - y) / 53.0)));
        return (uint)((red << 16) | (green << 8) | blue);
    }
}
