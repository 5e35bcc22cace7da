using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>
/// Is the blame right? Known faults in random order on real sessions; the verdict gets nothing but the samples that the node's API
/// answers, and is scored afterwards against what was injected. Shams, pairs of faults and faults that only probes feel are among them.
/// </summary>
public static class BlameBenchmark
{
    private const int LanesMax = 6, QuickSamples = 50, FullSamples = 300, EchoSamples = 25;

    // A tenth of 50 keys is too few to say anything about.
    private const int RareFactor = 3;

    private static readonly TimeSpan s_quickLimit = TimeSpan.FromMinutes(7.25);

    /// <summary>Runs it. <c>--quick</c>: a cut that ends within ten minutes. <c>--samples</c> a side (300, quick 50), <c>--repeats</c> of the
    /// full plan (1), <c>--minutes</c> after which no run begins any more, <c>--seed</c>, <c>--only</c> runs
    /// whose words contain this. Unless quick, a page with the figures and their conditions is written to <c>docs/campaigns</c>; <c>--name</c> is its name
    /// behind the day (<c>blame</c>). <c>--keep</c> a folder: what was measured stays there; <c>--kept</c> such a folder: it is judged again, and nothing is measured. <c>--far echo</c>: only chains that end in an emulated machine, whose own stamps are compared as well.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        bool toMachine = options.Word("far") == "echo";
        int seed = options.Number("seed", 1), samples = options.Number("samples", toMachine ? EchoSamples : options.Quick ? QuickSamples : FullSamples);
        var plan = toMachine ? BlamePlan.Echo(options.Number("repeats", 1), new Random(seed)) : options.Quick ? BlamePlan.Quick(new Random(seed)) : BlamePlan.Full(options.Number("repeats", 1), new Random(seed));
        if (options.Word("only") is { } only) plan.RemoveAll(run => !run.ToString().Contains(only, StringComparison.Ordinal));
        int minutes = options.Number("minutes", 0);
        var limit = minutes > 0 ? TimeSpan.FromMinutes(minutes) : options.Quick ? s_quickLimit : TimeSpan.MaxValue;
        if (options.Word("kept") is { } kept) return Judge(KeptRuns.Read(kept), samples, options.Quick, TimeSpan.Zero, plan.Count, []).Report;
        var startedAt = DateTimeOffset.UtcNow;
        string loadBefore = (await File.ReadAllTextAsync("/proc/loadavg")).Trim();
        var lab = Lab.Open();
        var hosts = lab.Hosts.Values.Where(host => host.Kind == "xrdp").Take(LanesMax).ToList();
        await using var node = await NodeProcess.StartAtAsync("0.0.0.0", null, "--lab-faults");
        await using var relay = await RelayAsync(node, hosts);
        // As the plans have them: half of the runs are busy ones, a third of a quick plan's. One user sits at the seat; the first host is also reached over the relay.
        int busy = hosts.Count == 1 ? 0 : Math.Max(1, hosts.Count / (options.Quick ? 3 : 2));
        List<BlameThread> threads = toMachine ? [new(node, lab, [BlameRoad.ToMachine()], sitsAtSeat: true, "idle", seed)] : hosts.Select((host, index) => new BlameThread(
            node, lab, index == 0 ? [BlameRoad.Direct(host), BlameRoad.Relayed(host, host.Users[1], relay)] : [BlameRoad.Direct(host)], sitsAtSeat: index == 0, index >= hosts.Count - busy ? "busy" : "idle", seed + index)).ToList();
        if (lab.Sites.Count > 0 && !toMachine)
        {
            var sites = new SiteLayers(lab);
            await sites.SaveSecretsAsync(node);
            threads.Add(new BlameThread(node, lab, BlameRoad.OfSites(sites), sitsAtSeat: false, "idle", seed + hosts.Count));
        }

        int cannot = plan.RemoveAll(run => !threads.Any(thread => thread.Has(run)));
        if (cannot > 0) BenchmarkOptions.Say($"{cannot} runs need what this lab does not have (lab up --sites)");
        var waiting = new WaitingRuns(plan, hosts.Count);
        var done = new ConcurrentBag<MeasuredRun>();
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(threads.Select(thread => OneThread.Run(async () =>
        {
            using (thread)
            {
                while (Stopwatch.GetElapsedTime(began) < limit && waiting.TryTake(thread) is { } run)
                {
                    if (await thread.RunAsync(run, options.Quick && run.IsRare ? samples * RareFactor : samples) is not { } measured)
                    {
                        BenchmarkOptions.Say($"no way: {thread.Closed[run.Road]}");
                        continue;
                    }

                    done.Add(measured);
                    if (options.Word("keep") is { } folder) KeptRuns.Keep(folder, done.Count, measured);
                    BenchmarkOptions.Say($"{Stopwatch.GetElapsedTime(began):mm\\:ss} {thread.Name} {done.Count}/{plan.Count}: {run}");
                }
            }
        })));

        var closed = threads.SelectMany(thread => thread.Closed).ToDictionary(road => road.Key, road => road.Value);
        var judged = Judge([.. done], samples, options.Quick, Stopwatch.GetElapsedTime(began), plan.Count, closed);
        if (!options.Quick && !toMachine)
        {
            var conditions = new BlameDocument.Conditions(startedAt, Stopwatch.GetElapsedTime(began), options.ToString(), samples, plan.Count, threads.Count, loadBefore);
            BenchmarkOptions.Say(BlameDocument.Write(judged.Scores, judged.Unexplained, judged.Undisturbed, conditions, options.Word("name")));
        }

        return judged.Report;
    }

    private static Judged Judge(List<MeasuredRun> done, int samples, bool quick, TimeSpan took, int planned, Dictionary<string, string> closed)
    {
        var scores = new List<BlameScore>();
        var (rest, machine) = (new UnexplainedRest(), new MachineAgreement());
        var undisturbed = new UndisturbedSpans();
        foreach (var run in done)
        {
            undisturbed.Add(run);
            var (before, after) = (run.Baseline.Of(run.Plan), run.Faulty.Of(run.Plan));
            var score = BlameScore.Of(run, Comparison.Of(before, after));
            scores.Add(score);
            if (run.Plan.Load == "idle") rest.Add(run.Baseline, before);
            machine.Add(run, before, after);
            BenchmarkOptions.Say($"{(score.IsRight ? "right" : "WRONG")} {run.Plan}: "
                + $"{before.Count} of {run.Baseline.Samples.Count} and {after.Count} of {run.Faulty.Samples.Count} samples, {(score.Verdict.Length == 0 ? "nothing" : score.Verdict)}; leakage {score.Leakage:0.00}, of stages {score.StageLeakage:0.00}; {run.Account}");
        }

        undisturbed.Compare(quick ? TimeSpan.FromMinutes(1) : TimeSpan.FromMinutes(4));
        foreach (string said in undisturbed.Said) BenchmarkOptions.Say($"ALARM without a fault: {said}");
        return new(scores, rest, undisturbed, BlameReport.Of(scores, rest, undisturbed, machine, samples, took, planned - done.Count, closed));
    }

    // On this machine: a longer link to it is the network's fault, which other roads have.
    private static async Task<NodeProcess> RelayAsync(NodeProcess node, IReadOnlyList<LabHost> hosts)
    {
        var address = $"127.0.0.1:{FreeRdpProxy.FreePort()}";
        var relay = await NodeProcess.StartAtAsync("127.0.0.1", null, "--lab-faults", "--relay", address);
        using var invited = JsonDocument.Parse(await relay.SendAsync(HttpMethod.Post, "relays/invitations", JsonContent.Create(new { name = "near" })));
        await node.SendAsync(HttpMethod.Post, "relays/enrolments", JsonContent.Create(
            new { name = BlameRoad.RelayName, address, code = invited.RootElement.GetProperty("code").GetString() }));
        foreach (var host in hosts)
        {
            await relay.SendAsync(HttpMethod.Post, "relays/rules", JsonContent.Create(new { rule = $"{host.Address}:{host.Port}" }));
        }

        return relay;
    }

    private sealed record Judged(List<BlameScore> Scores, UnexplainedRest Unexplained, UndisturbedSpans Undisturbed, object Report);

    /// <summary>Hands runs to the lanes that can carry them out.</summary>
    private sealed class WaitingRuns(List<PlannedRun> plan, int lanes)
    {
        private readonly LinkedList<PlannedRun> _waiting = new(plan);

        public PlannedRun? TryTake(BlameThread lane)
        {
            lock (_waiting)
            {
                // The one seat goes first where it is needed.
                var fits = Nodes().FirstOrDefault(run => lane.SitsAtSeat && run.Value.NeedsSeat) ?? Nodes().FirstOrDefault(run =>
                    lane.Has(run.Value) && (run.Value.Load == lane.Load || lanes == 1) && (!run.Value.NeedsSeat || lane.SitsAtSeat));
                if (fits is not null) _waiting.Remove(fits);
                return fits?.Value;
            }
        }

        private IEnumerable<LinkedListNode<PlannedRun>> Nodes()
        {
            for (var node = _waiting.First; node is not null; node = node.Next) yield return node;
        }
    }
}
