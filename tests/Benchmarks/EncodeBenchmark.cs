using System.Diagnostics;
using FreeRdp;
using FreeRdp.Codec;

namespace RemoteChain.Benchmarks;

/// <summary>
/// What each encoder of the RDP front costs in time and bytes, for pictures of each kind: the ground on which tiles get their codec
/// (see GraphicsOutput). Only encoding; sending and TLS are the same for all.
/// </summary>
public static unsafe class EncodeBenchmark
{
    private const int Width = 1280, Height = 768;

    /// <summary>Pictures of each kind: their names, and 0xRRGGBB for each place.</summary>
    internal static IReadOnlyList<(string Name, Func<int, int, uint> Draw)> Kinds { get; } =
        [("text", Text), ("interface", Interface), ("gradient", Gradient), ("photo", Photo), ("noise", Noise)];

    /// <summary>Runs it. <c>--rounds</c> (default 20) passes over each picture.</summary>
    public static Task<object> RunAsync(BenchmarkOptions options)
    {
        int rounds = options.Number("rounds", 20);
        var results = new SortedDictionary<string, object>();
        foreach (var (name, draw) in Kinds)
        {
            BenchmarkOptions.Say($"{name} ...");
            uint[] pixels = new uint[Width * Height];
            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                {
                    pixels[(y * Width) + x] = draw(x, y);
                }
            }

            fixed (uint* at = pixels)
            {
                results[name] = Measure(new PictureView((byte*)at, Width, Height, Width * 4), rounds);
            }
        }

        return Task.FromResult<object>(new { tile = 64, megapixels = Width * Height / 1e6, kinds = results });
    }

    private static object Measure(PictureView picture, int rounds)
    {
        var planar = new PlanarEncoder(topDown: true);
        using var progressive = new ProgressiveEncoder();
        using var interleaved = new InterleavedEncoder();
        var kind = Tiles.Classify(picture, new RdpRectangle(640, 384, 64, 64)).ToString();
        RdpRectangle glyph = new(640, 384, 16, 24);
        RdpRectangle[] whole = [picture.Bounds];
        return new
        {
            tileClass = kind,
            classify = EachTile(picture, rounds, 64, (in PictureView p, RdpRectangle tile) => { Tiles.Classify(p, tile); return 0; }),
            planarTile = EachTile(picture, rounds, 64, (in PictureView p, RdpRectangle tile) => planar.Encode(p, tile).Length),
            planarRunOfFour = EachTile(picture, rounds, 256, (in PictureView p, RdpRectangle tile) => planar.Encode(p, tile).Length),
            interleavedTile = EachTile(picture, rounds, 64, (in PictureView p, RdpRectangle tile) => interleaved.Encode(p, tile, 16).Length),
            progressiveTile = EachTile(picture, Math.Max(1, rounds / 10), 64,
                (in PictureView p, RdpRectangle tile) => progressive.Encode(p, [tile]).Length),
            progressiveWhole = Repeat(picture, Math.Max(1, rounds / 4), (in PictureView p) => progressive.Encode(p, whole).Length),
            planarGlyph = Repeat(picture, rounds * 100, (in PictureView p) => planar.Encode(p, glyph).Length),
        };
    }

    private delegate int EncodeTile(in PictureView picture, RdpRectangle tile);

    private delegate int Encode(in PictureView picture);

    private static object EachTile(in PictureView picture, int rounds, int tileWidth, EncodeTile encode)
    {
        long bytes = 0, ticks = 0;
        int tiles = 0;
        for (int round = 0; round < rounds + 1; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int y = 0; y + 64 <= Height; y += 64)
            {
                for (int x = 0; x + tileWidth <= Width; x += tileWidth)
                {
                    int length = encode(picture, new RdpRectangle(x, y, tileWidth, 64));
                    if (round > 0)
                    {
                        (bytes, tiles) = (bytes + length, tiles + 1);
                    }
                }
            }

            // The first pass warms up.
            ticks += round == 0 ? 0 : Stopwatch.GetTimestamp() - started;
        }

        double micros = ticks / (double)tiles * 1e6 / Stopwatch.Frequency;
        return new
        {
            micros = Math.Round(micros, 1), bytes = bytes / tiles, nanosPerPixel = Math.Round(micros * 1000 / (tileWidth * 64), 2),
            bitsPerPixel = Math.Round(bytes * 8.0 / tiles / (tileWidth * 64), 2),
        };
    }

    private static object Repeat(in PictureView picture, int rounds, Encode encode)
    {
        long bytes = encode(picture);
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < rounds; round++)
        {
            encode(picture);
        }

        return new { micros = Math.Round(Stopwatch.GetElapsedTime(started).TotalMicroseconds / rounds, 1), bytes };
    }

    private static uint Text(int x, int y) => ((x >> 1) + (y / 16 * 7)) % 5 < 2 && y % 16 is > 3 and < 13 && (x / 9 * 31 + y / 16) % 11 > 2 ? 0x101010u : 0xFFFFFFu;

    private static uint Interface(int x, int y) => y % 96 < 24 ? 0x3B6EA5u : x % 200 < 2 ? 0xA0A0A0u : (x / 200 + y / 96) % 3 == 0 ? 0xF0F0F0u : 0xFFFFFFu;

    private static uint Gradient(int x, int y) => (uint)((x * 255 / Width << 16) | (y * 255 / Height << 8) | 0x80);

    private static uint Photo(int x, int y)
    {
        int grain = (int)((uint)((x * 73856093) ^ (y * 19349663)) % 9) - 4;
        int red = (int)(127 + (80 * Math.Sin(x / 41.0)) + (25 * Math.Sin((x + y) / 7.0))) + grain;
        int green = (int)(127 + (80 * Math.Sin(y / 31.0)) + (20 * Math.Cos(x / 5.0))) + grain;
        int blue = (int)(127 + (90 * Math.Sin((x - y) / 57.0))) + grain;
        return (uint)((red & 0xFF) << 16 | (green & 0xFF) << 8 | (blue & 0xFF));
    }

    private static uint Noise(int x, int y) => (uint)((x * 2654435761L) ^ (y * 40503L * 65537)) & 0xFFFFFF;
}
