using System.Globalization;
using System.Text.Json;
using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>A desktop inside a desktop: west-desk through a proxy, and in it east-desk, which only west-desk reaches.</summary>
public sealed class NestedTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    [SitesFact]
    public async Task Open_DesktopInsideDesktop_BringsUpBothAndReopensTheInnerOneAlone()
    {
        await fixture.OpenAsync("nested", fixture.Sites.Socks(), fixture.Sites.WestDesk("ann"), fixture.Sites.NestedEastDesk("eve"));

        var session = (await fixture.Node.SessionOfAsync("nested"))!.Value;
        Assert.Equal(["live", "live"], StatesOf(session));
        Assert.True(await fixture.Sites.HasSessionAsync("east-desk", "eve"));
        int worker = session.GetProperty("processId").GetInt32();

        await InWestAsync("kill $(pgrep -u ann -x xfreerdp3)");

        await fixture.WaitAsync("nested", "reconnecting", "connecting");
        await fixture.WaitAsync("nested", "live");
        Assert.Equal(worker, (await fixture.Node.SessionOfAsync("nested"))!.Value.GetProperty("processId").GetInt32());
        await fixture.Node.EndAsync("nested");
    }

    private static List<string> StatesOf(JsonElement session) =>
        [.. session.GetProperty("desktops").EnumerateArray().Select(desktop => desktop.GetProperty("state").GetString()!)];

    private Task InWestAsync(string command) => Shell.RunAsync("nsenter",
        ["-t", fixture.Lab.ProcessOf("west-desk").ToString(CultureInfo.InvariantCulture), "-m", "-p", "sh", "-c", command]);
}
