using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>A desktop inside a desktop: west-desk through a proxy, and in it east-desk, which only west-desk reaches.</summary>
public sealed class NestedTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    [SitesFact]
    public Task Open_DesktopInsideDesktop_BringsUpBothTakesKeysAndReopensTheInnerOneAlone() => OneThread.Run(async () =>
    {
        await fixture.OpenAsync("nested", fixture.Sites.Socks(), fixture.Sites.WestDesk("ann"), fixture.Sites.NestedEastDesk("eve"));

        var session = (await fixture.Node.SessionOfAsync("nested"))!.Value;
        Assert.Equal(["live", "live"], StatesOf(session));
        Assert.True(await fixture.Sites.HasSessionAsync("east-desk", "eve"));
        await PressAsync(session.GetProperty("id").GetString()!);
        int worker = session.GetProperty("processId").GetInt32();

        await InWestAsync("kill $(pgrep -u ann -x xfreerdp3)");

        await fixture.WaitAsync("nested", "reconnecting", "connecting");
        await fixture.WaitAsync("nested", "live");
        Assert.Equal(worker, (await fixture.Node.SessionOfAsync("nested"))!.Value.GetProperty("processId").GetInt32());
        await fixture.Node.EndAsync("nested");
    });

    /// <summary>A key in the innermost desktop paints there; the one around it has none of its own, and the answer says so.</summary>
    private async Task PressAsync(string id)
    {
        using (var viewer = fixture.Watch("nested"))
        {
            viewer.Settle(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5));
            long before = viewer.Paints;
            await fixture.Node.SendAsync(HttpMethod.Post, $"sessions/{id}/keys", JsonContent.Create(new { keys = "r" }));
            Assert.True(viewer.Pump(TimeSpan.FromSeconds(5), () => viewer.Paints > before), $"the key did not paint; {viewer.Ended}");
        }

        using var refused = await fixture.Node.Api.PostAsync($"sessions/{id}/keys", JsonContent.Create(new { keys = "ctrl+alt+del", layer = 2 }));
        Assert.Equal(409, (int)refused.StatusCode);
        Assert.Contains("ctrl+alt+del cannot reach rdp 192.168.1.10: the client xfreerdp3 there hands every key to nested 192.168.1.20",
            (await refused.Content.ReadAsStringAsync()).Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
        using var audit = await fixture.Node.GetAsync("audit?action=keys-pressed");
        Assert.Contains(id, audit.RootElement.ToString(), StringComparison.Ordinal);
    }

    private static List<string> StatesOf(JsonElement session) =>
        [.. session.GetProperty("desktops").EnumerateArray().Select(desktop => desktop.GetProperty("state").GetString()!)];

    private Task InWestAsync(string command) => Shell.RunAsync("nsenter",
        ["-t", fixture.Lab.ProcessOf("west-desk").ToString(CultureInfo.InvariantCulture), "-m", "-p", "sh", "-c", command]);
}
