using System.Diagnostics;
using RemoteChain.Harness;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Benchmarks;

/// <summary>
/// What the seam between two processes costs: from publishing a change to the other process being awake and knowing what changed, the
/// copies in and out against a plain copy of the same bytes in the same run, and one pair of stamps.
/// </summary>
public static class SurfaceBenchmark
{
    private const int Width = 1920, Height = 1080, StrideBytes = Width * 4;
    private const int PauseMicrosMax = 1500;

    /// <summary>Runs it. <c>--probes</c> (default 4000) wake-ups, <c>--copies</c> (default 300) full pictures each way.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        if (SurfaceBenchmarkPeer.IsWanted)
        {
            return SurfaceBenchmarkPeer.Run();
        }

        BenchmarkOptions.Say("waking another process ...");
        var (wakeUp, publish) = await WakeUpAsync(options.Number("probes", 4000));
        BenchmarkOptions.Say("copying ...");
        var (large, small) = (Copy(new(0, 0, Width, Height), options.Number("copies", 300)), Copy(new(640, 300, 320, 200), options.Number("copies", 300) * 20));
        return new { wakeUp, publish, copy = new { fullPicture = large, window320x200 = small }, stampPairNs = StampPairNanos() };
    }

    private static async Task<(Quantiles WakeUp, Quantiles Publish)> WakeUpAsync(int probes)
    {
        using var surface = SurfaceFile.Create();
        using var readOnly = SurfaceFile.OpenReadOnly(surface);
        using var writer = new SurfaceWriter(surface);
        using var bell = Bell.Create();
        writer.AttachBell(1, new Bell(bell.Handle.Duplicate()));
        writer.Resize(Width, Height);
        using var peer = await SurfaceBenchmarkPeer.StartAsync();
        peer.Control.Send(new Join(1, "", false, readOnly, bell.Handle, null, null));
        await peer.ReadAsync();

        byte[] picture = new byte[StrideBytes * Height];
        SurfaceRectangle[] damage = [new(100, 100, 64, 20)];
        var random = new Random(1);
        var publishNanos = new List<long>(probes);
        for (int i = 0; i < probes; i++)
        {
            // Long enough for the peer to sleep again, and never in step with anything.
            Thread.Sleep(TimeSpan.FromMicroseconds(random.Next(PauseMicrosMax)));
            long before = MonotonicClock.NowNanos();
            writer.PublishFrame(picture, StrideBytes, damage, new(before, before), (ulong)i + 1);
            publishNanos.Add(MonotonicClock.NowNanos() - before);
        }

        return (Quantiles.Of(await peer.LatenciesAsync()), Quantiles.Of(publishNanos));
    }

    private static object Copy(SurfaceRectangle rectangle, int rounds)
    {
        using var surface = SurfaceFile.Create();
        using var writer = new SurfaceWriter(surface);
        SurfaceReader.TryOpen(surface, out var opened);
        using var reader = opened!;
        writer.Resize(Width, Height);
        reader.ReadGeometry(out var geometry);
        byte[] picture = new byte[StrideBytes * Height], copy = new byte[StrideBytes * Height];
        int offset = rectangle.Y * StrideBytes + rectangle.X * 4;
        var (plain, write, read) = (new List<long>(), new List<long>(), new List<long>());
        for (int i = 0; i < rounds + rounds / 10; i++)
        {
            // Interleaved, so that a busy neighbour slows all three alike.
            long t0 = MonotonicClock.NowNanos();
            PlainCopy(picture, copy, offset, rectangle);
            long t1 = MonotonicClock.NowNanos();
            writer.WriteRectangle(picture.AsSpan(offset), StrideBytes, rectangle);
            long t2 = MonotonicClock.NowNanos();
            reader.CopyRectangle(geometry, rectangle, copy.AsSpan(offset), StrideBytes);
            long t3 = MonotonicClock.NowNanos();
            if (i < rounds / 10)
            {
                continue; // the first touch of every page
            }

            plain.Add(t1 - t0);
            write.Add(t2 - t1);
            read.Add(t3 - t2);
        }

        double basis = Median(plain);
        return new
        {
            plainGigabytesPerSecond = Math.Round(rectangle.Area * 4 / basis, 2),
            writeOverPlain = Math.Round(Median(write) / basis, 3),
            readOverPlain = Math.Round(Median(read) / basis, 3),
        };
    }

    private static void PlainCopy(byte[] from, byte[] to, int offset, SurfaceRectangle rectangle)
    {
        if (rectangle.Width * 4 == StrideBytes)
        {
            from.AsSpan(offset, StrideBytes * rectangle.Height).CopyTo(to.AsSpan(offset));
            return;
        }

        for (int row = 0; row < rectangle.Height; row++, offset += StrideBytes)
        {
            from.AsSpan(offset, rectangle.Width * 4).CopyTo(to.AsSpan(offset));
        }
    }

    private static double StampPairNanos()
    {
        const int pairs = 200_000, rounds = 15;
        var perPair = new List<long>();
        long sink = 0;
        for (int round = 0; round < rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < pairs; i++)
            {
                sink += MonotonicClock.NowNanos() - MonotonicClock.NowNanos();
            }

            perPair.Add((Stopwatch.GetTimestamp() - started) * 1000 / pairs); // picoseconds, to keep a digit
        }

        return sink == long.MinValue ? 0 : Math.Round(Median(perPair) / 1000, 1);
    }

    private static double Median(List<long> values) => values.Order().ElementAt(values.Count / 2);
}
