namespace RemoteChain.Gateway.Tests.Fronts.Web;

/// <summary>Pictures to encode, RGBA, the same every time.</summary>
static class Pictures
{
    public static uint[] Of(string kind, int width, int height, int seed = 1, int shift = 0) => kind switch
    {
        "one colour" => Fill(width, height, (_, _) => 0xFF336699),
        "noise" => Noise(width, height, seed),
        "gradient" => Fill(width, height, (x, y) => 0xFF000000 | (uint)(x & 255) | ((uint)(y & 255) << 8) | ((uint)((x + y) / 2 & 255) << 16)),
        "photograph" => Fill(width, height, (x, y) => 0xFF000000 | Wave(x + shift * 9, y, 0) | (Wave(x + shift * 9, y, 1) << 8) | (Wave(x + shift * 9, y, 2) << 16)),
        "text" => Text(width, height, seed),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    static uint Wave(int x, int y, int colour) =>
        (uint)(128 + 70 * Math.Sin((x + colour * 40) / 23.0) + 50 * Math.Cos((y - colour * 25) / 17.0 + x / 90.0)) & 255;

    static uint[] Fill(int width, int height, Func<int, int, uint> pixel)
    {
        var pixels = new uint[width * height];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = pixel(i % width, i / width);
        return pixels;
    }

    static uint[] Noise(int width, int height, int seed)
    {
        var random = new Random(seed);
        return Fill(width, height, (_, _) => 0xFF000000 | (uint)random.Next(1 << 24));
    }

    // Lines of letters of nine columns, smoothed at their edges, different in every line.
    static uint[] Text(int width, int height, int seed) => Fill(width, height, (x, y) =>
    {
        if (y % 18 is < 3 or > 14) return 0xFFF8F8FA;
        uint letter = (uint)((x / 9 * 7919) + (y / 18 * 104729) + (seed * 31)) * 2654435761 % 40;
        if (letter < 8) return 0xFFF8F8FA;
        uint stroke = (letter * 2654435761 >> (x % 9 * 3 & 15) ^ letter * 40503 >> (y % 18 / 3)) & 3;
        return stroke switch { 0 => 0xFF202020, 1 => 0xFF888888, _ => 0xFFF8F8FA };
    });
}
