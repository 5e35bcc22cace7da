using System.Diagnostics;
using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;
using Xunit.Abstractions;

namespace RemoteChain.Latency.EndToEnd;

/// <summary>A delay that the session feels, and one that only its echoes feel.</summary>
public sealed class ProbePathTests(ITestOutputHelper output)
{
    private const int AddedMillis = 20;

    // `server` adds the echo inside the connection; without it the acknowledgements have to tell.
    [LabTheory]
    [InlineData("server", false, "u31")]
    [InlineData("echo", true, "u32")]
    public Task Network_Delayed_OnlyWhatTheSessionFeelsIsItsWay(string probes, bool probesOnly, string user) => OneThread.Run(async () =>
    {
        var lab = Lab.Open();
        await using var node = await NodeProcess.StartAsync(null, "--lab-faults");
        await node.AddHostAsync("leg", lab, "desk-1", user, $"    probes: {probes}\n");
        var (viewer, failure) = Viewer.Connect("127.0.0.1", node.RdpPort, o => o with
        {
            User = $"{NodeProcess.Admin}#leg", Password = node.AdminPassword, Security = RdpSecurity.Tls,
        });
        Assert.True(viewer is not null, $"{failure}");
        using var _ = viewer;
        NodeFixture.Settle(viewer);
        viewer.Type("cat\r");
        var before = await TypeAsync(viewer, node, seconds: 12);

        var start = new ProcessStartInfo(Repository.Node, [
            "inject", "network", "--on", "desk-1", "--delay", $"{AddedMillis}ms", "--for", "22s", "--data", node.DataDirectory,
            .. probesOnly ? ["--probes-only"] : Array.Empty<string>()]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var inject = Process.Start(start)!;
        try
        {
            var during = await TypeAsync(viewer, node, seconds: 18);
            output.WriteLine($"{probes}, probes only: {probesOnly}\n  before {before}\n  during {during}");
            double rise = (during.GetProperty("transportNanos").GetInt64() - before.GetProperty("transportNanos").GetInt64()) / 1e6;
            if (probesOnly)
            {
                Assert.InRange(rise, -2, 2);
                Assert.Equal("echo-slower", during.GetProperty("transportDoubt").GetString());
            }
            else
            {
                Assert.InRange(rise, AddedMillis - 2, AddedMillis + 4);
            }
        }
        finally
        {
            // It ends by itself and puts the cable back.
            await inject.WaitForExitAsync();
            output.WriteLine($"inject: {await inject.StandardOutput.ReadToEndAsync()} {await inject.StandardError.ReadToEndAsync()}");
        }
    });

    private static async Task<JsonElement> TypeAsync(Viewer viewer, NodeProcess node, int seconds)
    {
        for (int i = 0; i < seconds * 4; i++)
        {
            viewer.Tap(0x1E);
            viewer.Pump(TimeSpan.FromMilliseconds(250), () => false);
        }

        return (await node.SessionOfAsync("leg"))!.Value.GetProperty("host");
    }
}
