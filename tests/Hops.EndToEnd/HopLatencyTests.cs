using System.Text.Json;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>A longer cable under a tunnel is the tunnel's time, and nobody else's.</summary>
public sealed class HopLatencyTests : IAsyncLifetime
{
    const double DelayMillis = 40;
    const byte KeyX = 0x2D, KeyBackspace = 0x0E;
    const int Keys = 10;

    NodeProcess? _node;
    Lab _lab = null!;

    public async Task InitializeAsync()
    {
        if (Lab.SitesMissing is not null) return;
        _lab = Lab.Open();
        _node = await NodeProcess.StartAsync(null, "--lab-faults");
    }

    public async Task DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
    }

    [SitesFact]
    public Task OuterCableIsLonger_TheVpnLayerHasItAndTheHostHasNot() => OneThread.Run(async () =>
    {
        var sites = new SiteLayers(_lab);
        await sites.SaveSecretsAsync(_node!);
        await _node!.SaveChainAsync("measured", SiteLayers.WireGuard(3), sites.WestDesk("w04"));
        var (viewer, failure) = Viewer.Connect("127.0.0.1", _node.RdpPort, options => options with
        {
            User = $"{NodeProcess.Admin}#measured", Password = _node.AdminPassword, Security = RdpSecurity.Tls,
        });
        Assert.True(viewer is not null, $"{failure}");
        using var _ = viewer;
        Assert.True(viewer.Pump(TimeSpan.FromSeconds(40), () => viewer.Paints > 0 && !NoticePixel.Is(viewer.PixelAt(2, 2))), $"no picture came; {viewer.Ended}; {await _node.SessionOfAsync("measured")}");
        viewer.Settle(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        viewer.Click(200, 200);
        viewer.Type("PS1='$ '; clear\r");
        viewer.Settle(TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(5));

        var before = await MediansAsync(viewer, sample => Millis(sample, "vpn", "transport") is not null && Millis(sample, "rdp", "transport") is not null);
        using var fault = InjectedFault.Begin(_node, "network", "--on", "west", "--delay", $"{DelayMillis}ms", "--lab", _lab.File);
        var during = await MediansAsync(viewer, sample => Millis(sample, "vpn", "transport") > DelayMillis / 2);

        string both = $"before {before}, with {DelayMillis} ms more {during}";
        Assert.True(Math.Abs(during.Vpn - before.Vpn - DelayMillis) < 6, both);
        Assert.True(during.Inner - before.Inner < 6, both);
        Assert.True(during.Host - before.Host < DelayMillis / 2, both);
    });

    /// <summary>Types until there are enough samples that fit, and gives the middle of each stage.</summary>
    async Task<(double Vpn, double Inner, double Host)> MediansAsync(Viewer viewer, Func<JsonElement, bool> fits)
    {
        var since = DateTimeOffset.UtcNow;
        string id = (await _node!.SessionOfAsync("measured"))!.Value.GetProperty("id").GetString()!;
        List<JsonElement> samples = [];
        for (int i = 0; i < 240 && samples.Count < Keys; i++)
        {
            viewer.Tap(i % 2 == 0 ? KeyX : KeyBackspace);
            viewer.Pump(TimeSpan.FromMilliseconds(220), () => false);
            if (i % 4 != 3) continue;
            var answer = await _node.GetAsync($"sessions/{id}/latency/samples?since={Uri.EscapeDataString(since.ToString("O"))}");
            samples = [.. answer.RootElement.EnumerateArray().Where(fits)];
        }

        Assert.True(samples.Count >= Keys, $"{samples.Count} samples: {(await _node.SessionOfAsync("measured"))!.Value}");
        return (Middle(samples, "vpn", "transport"), Middle(samples, "rdp", "transport"), Middle(samples, "rdp", "host"));
    }

    static double Middle(List<JsonElement> samples, string layer, string stage) =>
        samples.Select(sample => Millis(sample, layer, stage) ?? 0).Order().ElementAt(samples.Count / 2);

    static double? Millis(JsonElement sample, string layer, string stage)
    {
        foreach (var time in sample.GetProperty("stages").EnumerateArray())
            if (time.GetProperty("layerName").GetString()!.StartsWith(layer, StringComparison.Ordinal) && time.GetProperty("stage").GetString() == stage)
                return time.GetProperty("nanos").GetInt64() / 1e6;
        return null;
    }
}
