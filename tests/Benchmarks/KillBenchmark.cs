using System.Diagnostics;
using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks;

/// <summary>
/// Kills back workers and front workers under load: no other session may notice, the session must come back by itself, and nothing
/// may leak.
/// </summary>
public static class KillBenchmark
{
    private const string Host = "desk-1", Victim = "victim", Witness = "witness";
    private static readonly TimeSpan s_backTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Runs it. <c>--kills</c> of each kind (default 50).</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        int kills = options.Number("kills", 50);
        var lab = Lab.Open();
        await using var node = await NodeProcess.StartAsync();
        await node.AddHostAsync(Victim, lab, Host, "u05");
        await node.AddHostAsync(Witness, lab, Host, "u06");
        var victim = Connect(node, Victim);
        using var witness = Connect(node, Witness);
        Serve(victim, witness, TimeSpan.FromSeconds(5));
        await lab.CommandAsync("run", Host, "u05", "video");
        await lab.CommandAsync("run", Host, "u06", "clock");
        Serve(victim, witness, TimeSpan.FromSeconds(2));
        string witnessBefore = await IdentityAsync(node, Witness), victimId = (await SessionAsync(node, Victim)).GetProperty("id").GetString()!;
        var before = Count(node);

        var backNanos = new List<long>();
        int backFailed = 0, frontFailed = 0;
        for (int i = 0; i < kills; i++)
        {
            int worker = (await SessionAsync(node, Victim)).GetProperty("processId").GetInt32();
            long killed = await KillAsync(worker);
            bool back = await WaitForLiveAsync(node, victim, witness, worker, killed);
            backNanos.Add(Stopwatch.GetTimestamp() - killed);
            backFailed += back ? 0 : 1;
            BenchmarkOptions.Say($"back {i + 1}/{kills}: {(back ? "back" : "NOT back")} after {(Stopwatch.GetTimestamp() - killed) / 1_000_000} ms");
        }

        var frontNanos = new List<long>();
        for (int i = 0; i < kills; i++)
        {
            var fronts = (await SessionAsync(node, Victim)).GetProperty("fronts");
            long killed = await KillAsync(fronts[0].GetProperty("processId").GetInt32());
            victim.Pump(TimeSpan.FromSeconds(10), () => victim.Ended is not null);
            victim.Dispose();
            victim = Connect(node, Victim);
            bool same = victim.Pump(s_backTimeout, () => victim.Paints > 1)
                && (await SessionAsync(node, Victim)).GetProperty("id").GetString() == victimId;
            frontNanos.Add(Stopwatch.GetTimestamp() - killed);
            frontFailed += same ? 0 : 1;
            Serve(victim, witness, TimeSpan.FromMilliseconds(100));
            BenchmarkOptions.Say($"front {i + 1}/{kills}: {(same ? "served again" : "NOT served")}");
        }

        long paints = witness.Paints;
        Serve(victim, witness, TimeSpan.FromSeconds(4));
        var after = Count(node);
        for (int i = 0; i < 20 && after != before; i++)
        {
            // Warm workers are on their way; what leaked stays.
            Serve(victim, witness, TimeSpan.FromMilliseconds(500));
            after = Count(node);
        }

        bool witnessNoticed = witness.Ended is not null || witness.Paints == paints || await IdentityAsync(node, Witness) != witnessBefore;
        victim.Dispose();
        return new
        {
            kills, backFailed, frontFailed, witnessNoticed, backAgainMs = Quantiles.Of(backNanos), servedAgainMs = Quantiles.Of(frontNanos),
            before, after, leaked = after != before,
        };
    }

    // Under load the node may hear of the death later than the first look, and still call the session live.
    private static async Task<bool> WaitForLiveAsync(NodeProcess node, Viewer victim, Viewer witness, int killedWorker, long since)
    {
        while (Stopwatch.GetElapsedTime(since) < s_backTimeout)
        {
            long paints = victim.Paints;
            Serve(victim, witness, TimeSpan.FromMilliseconds(100));
            var session = await SessionAsync(node, Victim);
            if (session.GetProperty("state").GetString() == "live" && victim.Paints > paints && session.GetProperty("processId").GetInt32() != killedWorker)
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<long> KillAsync(int process)
    {
        long now = Stopwatch.GetTimestamp();
        await Shell.RunAsync("kill", ["-KILL", $"{process}"]);
        return now;
    }

    private static Viewer Connect(NodeProcess node, string chain) => Viewer.Connect("127.0.0.1", node.RdpPort, o => o with
    {
        User = $"{NodeProcess.Admin}#{chain}", Password = node.AdminPassword, Security = RdpSecurity.Tls,
    }) is ({ } viewer, null) ? viewer : throw new InvalidOperationException($"could not connect to {chain}");

    private static void Serve(Viewer victim, Viewer witness, TimeSpan time) => Viewer.Pump([victim, witness], time, () => false);

    private static async Task<JsonElement> SessionAsync(NodeProcess node, string chain) =>
        await node.SessionOfAsync(chain) ?? throw new InvalidOperationException($"the session of {chain} has ended");

    /// <summary>What must not change when somebody else's worker dies.</summary>
    private static async Task<string> IdentityAsync(NodeProcess node, string chain)
    {
        var session = await SessionAsync(node, chain);
        return $"{session.GetProperty("id")} {session.GetProperty("processId")} {session.GetProperty("fronts")[0].GetProperty("processId")} {session.GetProperty("state")}";
    }

    /// <summary>What could leak. Warm workers are refilled, so all counts must be what they were.</summary>
    private static Counts Count(NodeProcess node) => new(
        node.Workers().Count, ProcessTree.Descriptors(node.ProcessId),
        Directory.GetFiles($"/proc/{node.ProcessId}/fd").Count(fd => new FileInfo(fd).LinkTarget?.StartsWith("/memfd:", StringComparison.Ordinal) == true));

    private sealed record Counts(int Workers, int Descriptors, int MemoryFiles);
}
