using System.Text.Json;
using RemoteChain.Harness;

namespace RemoteChain.EndToEnd;

/// <summary>The ordinary client <c>xfreerdp3</c> on a real display: what a person would do.</summary>
public sealed class OrdinaryClientTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    [LabTheory]
    [InlineData("gfx", "u20", "/sec:tls", "/gfx")]
    [InlineData("progressive", "u21", "/sec:tls", "/gfx:progressive")]
    [InlineData("nogfx", "u22", "/sec:tls", "-gfx")]
    [InlineData("remotefx", "u23", "/sec:tls", "-gfx", "/rfx")]
    [InlineData("bpp16", "u24", "/sec:tls", "-gfx", "/bpp:16")]
    public async Task Connect_WithAccountOverTls_ShowsTheDesktopAndTakesKeys(string chain, string user, params string[] options)
    {
        await fixture.Node.AddHostAsync(chain, fixture.Lab, "desk-1", user);
        using var display = await XDisplay.StartAsync();
        using var client = XFreeRdp.Start(
            display, $"127.0.0.1:{fixture.Node.RdpPort}", $"{NodeProcess.Admin}#{chain}", fixture.Node.AdminPassword, ["/size:1024x768", .. options]);

        await ShowsDesktopAndTakesKeysAsync(chain, display, client);
    }

    [LabFact]
    public async Task Connect_WithAPassOverNla_ShowsTheDesktopAndThePassWorksOnce()
    {
        await fixture.Node.AddHostAsync("nla", fixture.Lab, "desk-1", "u25");
        var pass = JsonDocument.Parse(await fixture.Node.SendAsync(
            HttpMethod.Post, "passes", System.Net.Http.Json.JsonContent.Create(new { chain = "nla", @for = NodeProcess.Admin }))).RootElement;
        string id = pass.GetProperty("id").GetString()!, secret = pass.GetProperty("secret").GetString()!;
        using var display = await XDisplay.StartAsync();
        using (var client = XFreeRdp.Start(display, $"127.0.0.1:{fixture.Node.RdpPort}", id, secret, "/size:1024x768", "/sec:nla"))
        {
            await ShowsDesktopAndTakesKeysAsync("nla", display, client);
        }

        using var again = XFreeRdp.Start(display, $"127.0.0.1:{fixture.Node.RdpPort}", id, secret, "/size:1024x768", "/sec:nla");
        Assert.True(await again.WaitForExitAsync(TimeSpan.FromSeconds(20)), "a used pass let somebody in");
    }

    [LabFact]
    public async Task Connect_InOneClientThenInAnother_TheTerminalStillHasItsText()
    {
        await fixture.Node.AddHostAsync("moved", fixture.Lab, "desk-1", "u26");
        using var display = await XDisplay.StartAsync();
        Picture before;
        using (var first = XFreeRdp.Start(
            display, $"127.0.0.1:{fixture.Node.RdpPort}", $"{NodeProcess.Admin}#moved", fixture.Node.AdminPassword, "/size:1024x768", "/sec:tls", "/gfx"))
        {
            before = await ShowsDesktopAndTakesKeysAsync("moved", display, first);
        }

        using var second = XFreeRdp.Start(
            display, $"127.0.0.1:{fixture.Node.RdpPort}", $"{NodeProcess.Admin}#moved", fixture.Node.AdminPassword, "/size:1024x768", "/sec:tls", "-gfx");
        double difference = 1;
        for (int i = 0; i < 60 && difference > 0.02; i++)
        {
            await Task.Delay(200);
            difference = (await display.CaptureAsync()).DifferenceTo(before, tolerance: 32);
        }

        Assert.True(difference <= 0.02, $"{difference:P1} of the screen differ; the client says: {second.Log}");
    }

    /// <summary>Waits for a desktop on the display, types, and sees it change. Returns the last picture.</summary>
    private async Task<Picture> ShowsDesktopAndTakesKeysAsync(string chain, XDisplay display, XFreeRdp client)
    {
        await fixture.WaitForSessionAsync(chain, s => s.Contains("\"state\":\"live\"", StringComparison.Ordinal));
        var shown = await StillAsync(display);
        Assert.True(shown.Colours > 20, $"no desktop; the client says: {client.Log}");
        await display.InputAsync("mousemove", "200", "200", "click", "1");
        await display.InputAsync("type", "--delay", "30", "echo typed in a real client");
        await display.InputAsync("key", "Return");
        var typed = await StillAsync(display);
        double changed = typed.DifferenceTo(shown, tolerance: 32);
        Assert.True(changed > 0.0002, $"typing changed {changed:P3} of the screen; the client says: {client.Log}");
        return typed;
    }

    /// <summary>The picture once it has stopped changing.</summary>
    private static async Task<Picture> StillAsync(XDisplay display)
    {
        var last = await display.CaptureAsync();
        for (int i = 0, still = 0; i < 60 && still < 3; i++)
        {
            await Task.Delay(250);
            var next = await display.CaptureAsync();
            still = next.Colours > 20 && next.DifferenceTo(last) < 0.0005 ? still + 1 : 0;
            last = next;
        }

        return last;
    }
}
