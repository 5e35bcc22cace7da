namespace RemoteChain.Harness;

/// <summary>How to tell the gateway's own picture ("Connecting to …") from a host's.</summary>
public static class NoticePixel
{
    /// <summary>Background of a notice without a picture behind it, 0xRRGGBB; src/Worker/Notices says the same.</summary>
    public const int Background = 0x1B2027;

    private const int Tolerance = 4; // progressive encoding does not keep every bit

    /// <summary>Whether a pixel could be that background.</summary>
    public static bool Is(int pixel) =>
        Near(pixel >> 16, Background >> 16) && Near(pixel >> 8 & 255, Background >> 8 & 255) && Near(pixel & 255, Background & 255);

    private static bool Near(int a, int b) => Math.Abs(a - b) <= Tolerance;
}
