using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Surface;

namespace RemoteChain.Benchmarks.Web;

/// <summary>
/// What the codecs of the web front cost in time and bytes for pictures of each kind, beside what else a browser could decode without
/// anything of ours: the ground on which parts of a picture get their codec. One core.
/// </summary>
public static class WebEncodeBenchmark
{
    private const int Width = 1920, Height = 1080;

    /// <summary>Runs it. <c>--rounds</c> (default 10) passes over each picture.</summary>
    public static Task<object> RunAsync(BenchmarkOptions options)
    {
        int rounds = options.Number("rounds", 10);
        var kinds = new SortedDictionary<string, object>();
        foreach (var (name, draw) in EncodeBenchmark.Kinds)
        {
            BenchmarkOptions.Say($"{name} ...");
            uint[] pixels = new uint[Width * Height];
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = 0xFF000000 | draw(i % Width, i / Width);
            }

            kinds[name] = Measure(pixels, rounds);
        }

        return Task.FromResult<object>(new { megapixels = Width * Height / 1e6, kinds });
    }

    private static object Measure(uint[] pixels, int rounds)
    {
        var bounds = new SurfaceRectangle(0, 0, Width, Height);
        var writer = new WireWriter();
        var (fine, coarse) = (new JpegEncoder(80), new JpegEncoder(50));
        uint[] copy = [.. pixels];
        var search = new ScrollSearch();
        uint[] scrolled = [.. pixels.AsSpan(Width * 13), .. pixels.AsSpan(0, Width * 13)];
        var encoded = new WireWriter();
        encoded.Begin(WebOutputKind.Frame);
        ExactCodec.Encode(pixels, Width, Width, Height, encoded);
        return new
        {
            toBrowserOrder = Repeat(rounds, () => { TileSurvey.ToBrowserOrder(copy); return 0; }),
            findNoChange = Repeat(rounds, () => { TileSurvey.Changed(pixels, copy, Width, bounds); return 0; }),
            look = Repeat(rounds, () => Tiles(tile => { TileSurvey.Look(pixels, Width, tile); return 0; })),
            findScroll = Repeat(rounds, () => search.Find(scrolled, pixels, Width, Height, bounds).Length),
            exact = Repeat(rounds, () => Exact(pixels, writer)),
            exactTiles = Repeat(rounds, () => Tiles(tile => Exact(pixels, writer, tile))),
            exactThenDeflate = Repeat(rounds, () => Deflated(writer, encoded.Written.Span)),
            jpeg80 = Repeat(rounds, () => Jpeg(fine, pixels, writer)),
            jpeg50 = Repeat(rounds, () => Jpeg(coarse, pixels, writer)),
            rawDeflate = Repeat(rounds, () => Deflated(writer, MemoryMarshal.AsBytes(pixels.AsSpan()))),
            rawBrotli = Repeat(rounds, () => Brotli(MemoryMarshal.AsBytes(pixels.AsSpan()))),
        };
    }

    private static int Exact(uint[] pixels, WireWriter writer)
    {
        writer.Begin(WebOutputKind.Frame);
        ExactCodec.Encode(pixels, Width, Width, Height, writer);
        return writer.Length;
    }

    private static int Exact(uint[] pixels, WireWriter writer, SurfaceRectangle tile)
    {
        writer.Begin(WebOutputKind.Frame);
        ExactCodec.Encode(pixels.AsSpan((tile.Y * Width) + tile.X), Width, tile.Width, tile.Height, writer);
        return writer.Length;
    }

    private static int Jpeg(JpegEncoder encoder, uint[] pixels, WireWriter writer)
    {
        writer.Begin(WebOutputKind.Frame);
        encoder.Encode(pixels, Width, Width, Height, writer);
        return writer.Length;
    }

    private static int Deflated(WireWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Begin(WebOutputKind.Frame);
        using var to = new MemoryStream();
        using (var deflate = new DeflateStream(to, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }

        return (int)to.Length;
    }

    private static int Brotli(ReadOnlySpan<byte> bytes)
    {
        byte[] to = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        BrotliEncoder.TryCompress(bytes, to, out int written, quality: 1, window: 18);
        return written;
    }

    private static int Tiles(Func<SurfaceRectangle, int> encode)
    {
        int bytes = 0;
        for (int y = 0; y < Height; y += ClientPicture.TileSide)
        {
            for (int x = 0; x < Width; x += ClientPicture.TileSide)
            {
                bytes += encode(new SurfaceRectangle(x, y, Math.Min(ClientPicture.TileSide, Width - x), Math.Min(ClientPicture.TileSide, Height - y)));
            }
        }

        return bytes;
    }

    private static object Repeat(int rounds, Func<int> encode)
    {
        // Warmed up until the compiler has seen that it is worth its best.
        int bytes = 0;
        for (int i = 0; i < 3; i++)
        {
            bytes = encode();
        }

        Thread.Sleep(150);
        bytes = encode();
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < rounds; round++)
        {
            encode();
        }

        double micros = Stopwatch.GetElapsedTime(started).TotalMicroseconds / rounds;
        return new
        {
            millis = Math.Round(micros / 1000, 2), nanosPerPixel = Math.Round(micros * 1000 / (Width * Height), 2), bytes,
            bitsPerPixel = Math.Round(bytes * 8.0 / (Width * Height), 2),
        };
    }
}
