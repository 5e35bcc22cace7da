using System.Diagnostics;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Cuts;

/// <summary>
/// Breaks a chain's way in every place, one at a time, while its desktop is being painted: is the right layer named, how soon, does the
/// session come back by itself, and is anything left behind?
/// </summary>
public static class CutsBenchmark
{
    private const int CyclesDefault = 100;
    private static readonly TimeSpan s_openTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_nameTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_backTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_settleTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(30);

    /// <summary>Runs it. <c>--cycles</c> in all (default 100, of --quick one for each case), <c>--only</c> cases whose name contains a word.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        var lab = Lab.Open();
        var sites = new SiteLayers(lab);
        await using var node = await NodeProcess.StartAsync();
        await sites.SaveSecretsAsync(node);
        var (cases, skipped) = await CutCases.PrepareAsync(node, sites);
        cases = [.. cases.Where(one => one.Name.Contains(options.Word("only") ?? "", StringComparison.Ordinal))];
        // Whatever is made once and kept is made here, so that it does not look like something that was left.
        foreach (string chain in cases.Select(one => one.Chain).Distinct().ToList())
        {
            try
            {
                using var first = await OpenAsync(node, chain);
            }
            catch (InvalidOperationException closed)
            {
                skipped.Add($"{chain}: {closed.Message}");
                cases = [.. cases.Where(one => one.Chain != chain)];
            }

            await CloseAsync(node, chain);
        }

        skipped.ForEach(BenchmarkOptions.Say);
        int cycles = options.Number("cycles", options.Quick ? cases.Count : CyclesDefault);

        var before = await SettledAsync(node);
        var runs = cases.ToDictionary(one => one.Name, _ => new List<CutRun>());
        for (int i = 0; i < cycles; i++)
        {
            var one = cases[i % cases.Count];
            var run = await RunAsync(node, sites, one);
            runs[one.Name].Add(run);
            BenchmarkOptions.Say($"{i + 1}/{cycles} {one.Name}: {(run.IsRight ? "right" : "WRONG")} after {run.NamedSeconds:0.0} s ({run.Named}), "
                + (run.BackSeconds is { } back ? $"back after {back:0.0} s" : "NOT back"));
        }

        var after = await Leftovers.SettledAsync(node, before, s_settleTimeout);
        return new
        {
            cycles, skipped,
            cases = cases.Where(one => runs[one.Name].Count > 0).Select(one => CaseOf(one, runs[one.Name])).ToList(),
            namedRight = runs.Values.Sum(list => list.Count(run => run.IsRight)),
            within3Seconds = runs.Values.Sum(list => list.Count(run => run.IsRight && run.NamedSeconds <= 3)),
            cameBack = runs.Values.Sum(list => list.Count(run => run.BackSeconds is not null)),
            before, after, leaked = after.Exceeds(before),
        };
    }

    private static object CaseOf(CutCase one, List<CutRun> runs) => new
    {
        name = one.Name, layer = one.Layer, runs = runs.Count, namedRight = runs.Count(run => run.IsRight), needsPerson = one.NeedsPerson,
        namedSeconds = Summary.Of(runs.Select(run => run.NamedSeconds)), backSeconds = Summary.Of(runs.Select(run => run.BackSeconds)),
        wrong = runs.Where(run => !run.IsRight).Select(run => run.Named ?? "nothing was said").Distinct().ToList(),
    };

    private static async Task<CutRun> RunAsync(NodeProcess node, SiteLayers sites, CutCase one)
    {
        var viewer = await OpenAsync(node, one.Chain);
        try
        {
            await CutCases.LoadAsync(sites, one.Chain);
            viewer.Pump(TimeSpan.FromSeconds(1), () => false);

            await one.BreakAsync();
            long began = Stopwatch.GetTimestamp();
            string? named = null;
            double? namedSeconds = null;
            while (named is null && Stopwatch.GetElapsedTime(began) < s_nameTimeout)
            {
                viewer.Pump(s_look, () => false);
                if (await node.SessionOfAsync(one.Chain) is { } session && session.GetProperty("failure").GetString() is { } sentence)
                {
                    (named, namedSeconds) = (sentence, Stopwatch.GetElapsedTime(began).TotalSeconds);
                }
            }

            if (one.NeedsPerson)
            {
                await node.WaitForStateAsync(one.Chain, "failed");
            }

            await one.MendAsync();
            long mended = Stopwatch.GetTimestamp();
            if (one.NeedsPerson)
            {
                viewer.Dispose();
                viewer = Connect(node, one.Chain);
            }

            // The state is still that of before while the person signs in.
            bool back = await WaitForPictureAsync(node, viewer, one.Chain, s_backTimeout, failedIsTheEnd: !one.NeedsPerson);
            return new(named, named?.StartsWith($"{one.Layer}:", StringComparison.Ordinal) == true, namedSeconds,
                back ? Stopwatch.GetElapsedTime(mended).TotalSeconds : null);
        }
        finally
        {
            viewer.Dispose();
            await CloseAsync(node, one.Chain);
        }
    }

    private static async Task<Viewer> OpenAsync(NodeProcess node, string chain)
    {
        var viewer = Connect(node, chain);
        if (await WaitForPictureAsync(node, viewer, chain, s_openTimeout)) return viewer;
        viewer.Dispose();
        throw new InvalidOperationException($"{chain} did not open: {await node.SessionOfAsync(chain)}");
    }

    private static async Task<bool> WaitForPictureAsync(NodeProcess node, Viewer viewer, string chain, TimeSpan patience, bool failedIsTheEnd = true)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < patience && viewer.Ended is null;)
        {
            viewer.Pump(s_look, () => false);
            string? state = (await node.SessionOfAsync(chain))?.GetProperty("state").GetString();
            if (state is "live" || state is "failed" && failedIsTheEnd) return state == "live";
        }

        return false;
    }

    private static Viewer Connect(NodeProcess node, string chain) => Viewer.Connect("127.0.0.1", node.RdpPort, o => o with
    {
        User = $"{NodeProcess.Admin}#{chain}", Password = node.AdminPassword, Security = RdpSecurity.Tls,
    }) is ({ } viewer, null) ? viewer : throw new InvalidOperationException($"could not connect to {chain}");

    private static async Task CloseAsync(NodeProcess node, string chain)
    {
        await node.EndAsync(chain);
        while (await node.SessionOfAsync(chain) is not null) await Task.Delay(s_look);
    }

    /// <summary>Waits until tunnels that nobody uses any more are gone, and warm workers are there.</summary>
    private static async Task<Leftovers> SettledAsync(NodeProcess node)
    {
        var last = Leftovers.Of(node);
        for (int same = 0, i = 0; same < 10 && i < 120; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            var now = Leftovers.Of(node);
            same = now == last && now.Namespaces == 0 ? same + 1 : 0;
            last = now;
        }

        return last;
    }

    /// <summary>Seconds of several runs: the middle and the worst; null when there are none.</summary>
    private sealed record Summary(double? P50, double? Max, int N)
    {
        public static Summary Of(IEnumerable<double?> seconds)
        {
            double[] known = [.. seconds.OfType<double>().Order()];
            return known.Length == 0 ? new(null, null, 0) : new(Math.Round(known[known.Length / 2], 2), Math.Round(known[^1], 2), known.Length);
        }
    }
}
