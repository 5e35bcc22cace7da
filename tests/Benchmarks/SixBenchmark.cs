using System.Diagnostics;
using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks;

/// <summary>
/// Six layers by one call of the API: front, node, WireGuard, the desktop at west, the desktop at east inside it over a tunnel that only
/// west's desktop has, a program there. First with both sites on the same addresses, then with a range for each.
/// </summary>
public static class SixBenchmark
{
    private const string Chain = "six", PlainVariable = "REMOTECHAIN_LAB_PLAIN";
    private const byte KeyX = 0x2D, KeyBackspace = 0x0E;
    private static readonly TimeSpan s_openTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(30);

    /// <summary>Runs it. <c>--keys</c> that are pressed for the report (default 120).</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        int keys = options.Number("keys", 120);
        string plain = Environment.GetEnvironmentVariable(PlainVariable)
            ?? throw new InvalidOperationException($"{PlainVariable} is not set: ./remotechain bench six starts both labs");
        object same = await OpenAsync(Lab.Open(), keys);
        Environment.SetEnvironmentVariable(Lab.Variable, plain);
        return new { sameAddresses = same, plainAddresses = await OpenAsync(Lab.Open(), keys) };
    }

    private static async Task<object> OpenAsync(Lab lab, int keys)
    {
        var sites = new SiteLayers(lab);
        await using var node = await NodeProcess.StartAsync();
        await sites.SaveSecretsAsync(node);
        await node.SaveChainAsync(Chain, SiteLayers.WireGuard(), sites.WestDesk("ann"), sites.NestedEastDesk("eve"), "kind: runtime\ncommand: xterm");

        long began = Stopwatch.GetTimestamp();
        await node.OpenAsync(Chain);
        JsonElement session = default;
        while (!IsOpen(session) && Stopwatch.GetElapsedTime(began) < s_openTimeout)
        {
            await Task.Delay(s_look);
            session = await node.SessionOfAsync(Chain) ?? throw new InvalidOperationException($"the session ended; the node says: {node.Output}");
        }

        double? opened = IsOpen(session) ? Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds) : null;
        BenchmarkOptions.Say(opened is null ? $"NOT open: {session}" : $"open after {opened} ms");
        return new { openMs = opened, session, report = opened is null ? default(JsonElement?) : await ReportAsync(node, session, keys) };
    }

    /// <summary>Whether the innermost picture is there, and not only that of the first desktop.</summary>
    private static bool IsOpen(JsonElement session) => session.ValueKind == JsonValueKind.Object
        && session.GetProperty("state").GetString() == "live"
        && session.TryGetProperty("desktops", out var desktops) && desktops.GetArrayLength() > 0
        && desktops.EnumerateArray().All(desktop => desktop.GetProperty("state").GetString() == "live");

    private static async Task<JsonElement> ReportAsync(NodeProcess node, JsonElement session, int keys)
    {
        var (viewer, failure) = Viewer.Connect("127.0.0.1", node.RdpPort, o => o with
        {
            User = $"{NodeProcess.Admin}#{Chain}", Password = node.AdminPassword, Security = RdpSecurity.Tls,
        });
        using (viewer ?? throw new InvalidOperationException($"no front: {failure}"))
        {
            viewer.Settle(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
            viewer.Click(200, 200);
            for (int i = 0; i < keys; i++)
            {
                viewer.Tap(i % 2 == 0 ? KeyX : KeyBackspace);
                viewer.Pump(TimeSpan.FromMilliseconds(300), () => false);
            }

            viewer.Pump(TimeSpan.FromSeconds(2), () => false);
        }

        using var report = await node.GetAsync($"sessions/{session.GetProperty("id").GetString()}/latency");
        return report.RootElement.Clone();
    }
}
