using System.Diagnostics;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks;

/// <summary>
/// What a session costs: memory, threads, processor time idle and with a clock that repaints each second, and how long the first
/// picture takes compared with a direct connection to the same host.
/// </summary>
public static class SessionsBenchmark
{
    private const string Host = "desk-1";
    private static readonly int[] s_counts = [1, 10, 25];
    private static readonly TimeSpan s_measure = TimeSpan.FromSeconds(20);

    /// <summary>A runtime compiles anew what a start or a sign-in has used; that is over by then and no cost of a session at rest.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(15);

    /// <summary>Runs it.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        var lab = Lab.Open();
        var host = lab.Hosts[Host];
        var direct = new List<long>();
        for (int i = 0; i < 5; i++)
        {
            string user = $"u{40 - i:00}";
            var (viewer, nanos) = FirstPicture(host.Address, host.Port, user, lab.Password(Host, user));
            direct.Add(nanos);
            viewer.Dispose();
        }

        var results = new List<object>();
        foreach (int count in s_counts)
        {
            BenchmarkOptions.Say($"{count} sessions …");
            results.Add(await MeasureAsync(lab, count));
            BenchmarkOptions.Say(results[^1].ToString()!);
        }

        return new { sessions = results, hostFirstPictureMs = Quantiles.Of(direct) };
    }

    private static async Task<object> MeasureAsync(Lab lab, int count)
    {
        await using var node = await NodeProcess.StartAsync();
        await Task.Delay(s_calm); // the pool is warm and the start is over, as on a node that runs
        long nodeAlone = ProcessTree.PssBytes(node.ProcessId);
        double idleNode = CorePercent(node, []);
        var viewers = new List<Viewer>();
        var first = new List<long>();
        try
        {
            for (int i = 1; i <= count; i++)
            {
                await node.AddHostAsync($"s{i}", lab, Host, $"u{i:00}");
                var (viewer, nanos) = FirstPicture("127.0.0.1", node.RdpPort, $"{NodeProcess.Admin}#s{i}", node.AdminPassword);
                viewers.Add(viewer);
                first.Add(nanos);
                Serve(viewers, TimeSpan.FromMilliseconds(500));
            }

            Serve(viewers, s_calm);
            double idle = CorePercent(node, viewers) - idleNode;
            for (int i = 1; i <= count; i++)
            {
                await lab.CommandAsync("run", Host, $"u{i:00}", "clock");
            }

            Serve(viewers, TimeSpan.FromSeconds(3));
            double clock = CorePercent(node, viewers) - idleNode;
            var processes = await ProcessesAsync(node);
            long nodeGrowth = Math.Max(0, ProcessTree.PssBytes(node.ProcessId) - nodeAlone);
            long pss = processes.Sum(ProcessTree.PssBytes) + nodeGrowth;
            return new
            {
                count, pssMbPerSession = Math.Round(pss / 1048576.0 / count, 1),
                threadsPerSession = Math.Round((double)processes.Sum(ProcessTree.Threads) / count, 1),
                idleCorePercentPerSession = Math.Round(idle / count, 3), clockCorePercentPerSession = Math.Round(clock / count, 3),
                firstPictureMs = Quantiles.Of(first),
                node = new { pssMb = nodeAlone >> 20, idleCorePercent = Math.Round(idleNode, 3), warmWorkers = node.Workers().Count - 2 * count },
            };
        }
        finally
        {
            viewers.ForEach(v => v.Dispose());
        }
    }

    /// <summary>The processes that the sessions live in: back and front workers, and the sandbox around each. Warm workers are the node's.</summary>
    private static async Task<IReadOnlyList<int>> ProcessesAsync(NodeProcess node)
    {
        using var sessions = await node.GetAsync("sessions");
        var workers = sessions.RootElement.EnumerateArray().SelectMany(session => session.GetProperty("fronts").EnumerateArray()
            .Select(front => front.GetProperty("processId").GetInt32()).Append(session.GetProperty("processId").GetInt32())).ToList();
        return [.. workers, .. workers.Select(ProcessTree.Parent).Where(parent => parent != node.ProcessId)];
    }

    /// <summary>Connects and waits for the host's own first picture: the gateway's notice, which is painted at once, has few colours and
    /// does not count; it is gone when the picture at its corner changes.</summary>
    private static (Viewer Viewer, long Nanos) FirstPicture(string address, int port, string user, string password)
    {
        long started = Stopwatch.GetTimestamp();
        var (viewer, failure) = Viewer.Connect(address, port, o => o with { User = user, Password = password, Security = RdpSecurity.Tls });
        if (viewer is null)
        {
            throw new InvalidOperationException($"{user} at {address}:{port}: {failure}");
        }

        bool came = viewer.Pump(TimeSpan.FromSeconds(20), () => viewer.Paints > 0 && !NoticePixel.Is(viewer.PixelAt(2, 2)));
        return came
            ? (viewer, viewer.PaintedNanos - started)
            : throw new InvalidOperationException($"{user} at {address}:{port}: no picture within 20 s; ended: {viewer.Ended}");
    }

    private static void Serve(List<Viewer> viewers, TimeSpan time) => Viewer.Pump(viewers, time, () => false);

    /// <summary>Processor time of the node and everything below it, in percent of one core.</summary>
    private static double CorePercent(NodeProcess node, List<Viewer> viewers)
    {
        double before = Total(node);
        long started = Stopwatch.GetTimestamp();
        if (viewers.Count > 0)
        {
            Serve(viewers, s_measure);
        }
        else
        {
            Thread.Sleep(s_measure);
        }

        return 100 * (Total(node) - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Total(NodeProcess node) =>
        ProcessTree.Descendants(node.ProcessId).Append(node.ProcessId).Sum(p => ProcessTree.ProcessorTime(p).TotalSeconds);
}
