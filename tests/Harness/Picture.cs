using RemoteChain.Gateway.Machines;

namespace RemoteChain.Harness;

/// <summary>Pixels as 0xRRGGBB, row by row.</summary>
public sealed record Picture(int Width, int Height, int[] Pixels)
{
    /// <summary>Writes it to a PNG file, for people.</summary>
    public void Save(string path) => File.WriteAllBytes(path, PngImage.Of(Pixels.SelectMany(BitConverter.GetBytes).ToArray(), Width, Height));

    /// <summary>Share of pixels, 0 to 1, in which the two differ by more than <paramref name="tolerance"/> in any colour.</summary>
    public double DifferenceTo(Picture other, int tolerance = 0)
    {
        if (other.Width != Width || other.Height != Height)
        {
            return 1;
        }

        int different = 0;
        for (int i = 0; i < Pixels.Length; i++)
        {
            different += Distance(Pixels[i], other.Pixels[i]) > tolerance ? 1 : 0;
        }

        return (double)different / Pixels.Length;
    }

    /// <summary>How many colours occur; a blank screen has one.</summary>
    public int Colours => Pixels.Distinct().Count();

    private static int Distance(int a, int b) =>
        Math.Max(Math.Abs((a >> 16) - (b >> 16)), Math.Max(Math.Abs((a >> 8 & 255) - (b >> 8 & 255)), Math.Abs((a & 255) - (b & 255))));
}
