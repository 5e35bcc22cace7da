using System.Diagnostics;
using System.Net;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks;

/// <summary>
/// The front door fed mutated connection openings from many addresses while a real client keeps coming: the node must not crash, its
/// memory must stay bounded, and the real client must be served.
/// </summary>
public static class DoorBenchmark
{
    private const int AtOnce = 24;
    private const string Host = "desk-1", User = "u04";

    /// <summary>Runs it. <c>--openings</c> (default 100000), <c>--deep</c> how many of a hundred go past the first packet (default 10),
    /// <c>--seed</c>.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        int openings = options.Number("openings", 100_000), deep = options.Number("deep", 10), seed = options.Number("seed", 1);
        var lab = Lab.Open();
        await using var node = await NodeProcess.StartAsync();
        await node.AddHostAsync("door", lab, Host, User);
        var opening = new Opening(await RecordedOpening.RecordAsync(), new IPEndPoint(IPAddress.Loopback, node.RdpPort));
        long before = ProcessTree.PssBytes(node.ProcessId), peak = before;
        int hung = 0, answered = 0, done = 0;
        using var over = new CancellationTokenSource();
        var real = Task.Run(() => ServeRealClients(node, over.Token));

        long started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, openings, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var depth = i % 100 >= deep ? OpeningDepth.FirstPacket : i % 2 == 0 ? OpeningDepth.Tls : OpeningDepth.ConnectInitial;
            switch (await opening.TryAsync(unchecked(seed * 1_000_003 + i), depth))
            {
                case OpeningOutcome.Answered:
                    Interlocked.Increment(ref answered);
                    break;
                case OpeningOutcome.Hung:
                    Interlocked.Increment(ref hung);
                    break;
            }

            int now = Interlocked.Increment(ref done);
            if (now % 5000 == 0)
            {
                peak = Math.Max(peak, ProcessTree.PssBytes(node.ProcessId));
                BenchmarkOptions.Say($"{now}/{openings}: {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, node {ProcessTree.PssBytes(node.ProcessId) >> 20} MB");
            }
        });
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await over.CancelAsync();
        var (tried, served, millis) = await real;
        return new
        {
            openings, answeredByWorker = answered, seconds = Math.Round(seconds, 1), nodeAlive = !node.HasExited, hung,
            nodePssMb = new { before = before >> 20, peak = peak >> 20, after = ProcessTree.PssBytes(node.ProcessId) >> 20 },
            realClients = new { tried, served, connectMs = Quantiles.Of(millis) },
            workersLeft = node.Workers().Count, descriptorsLeft = ProcessTree.Descriptors(node.ProcessId),
        };
    }

    /// <summary>A client from an address of its own that signs in, sees its desktop, leaves, and comes again.</summary>
    private static (int Tried, int Served, List<long> Nanos) ServeRealClients(NodeProcess node, CancellationToken over)
    {
        int tried = 0, served = 0;
        var nanos = new List<long>();
        while (!over.IsCancellationRequested)
        {
            tried++;
            long started = Stopwatch.GetTimestamp();
            var (viewer, failure) = Viewer.Connect("127.0.0.1", node.RdpPort, o => o with
            {
                User = $"{NodeProcess.Admin}#door", Password = node.AdminPassword, Security = RdpSecurity.Tls,
            });
            if (viewer is null)
            {
                BenchmarkOptions.Say($"a real client was refused: {failure}");
                continue;
            }

            using (viewer)
            {
                bool seen = viewer.Pump(TimeSpan.FromSeconds(20), () => viewer.Paints > 0);
                served += seen ? 1 : 0;
                nanos.Add((long)Stopwatch.GetElapsedTime(started).TotalNanoseconds);
                viewer.Pump(TimeSpan.FromSeconds(1), () => false);
            }
        }

        return (tried, served, nanos);
    }
}
