using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>Desktops behind real VPN servers, on addresses that two sites have.</summary>
public sealed class VpnTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    [SitesTheory]
    [InlineData("wireguard-1", "west-desk", "w01", "192.168.1.10")]
    [InlineData("wireguard-1", "west-desk", "w02", "west-desk.west.lab")]
    public async Task Open_ThroughATunnel_ReachesTheDesktop(string profile, string desktop, string user, string host)
    {
        string chain = $"{profile}-{user}";
        await fixture.OpenAsync(chain, $"kind: vpn\nprofile: {profile}", $"kind: rdp\nhost: {host}\ncredentials: {desktop}-{user}");

        Assert.True(await fixture.Sites.HasSessionAsync(desktop, user));
        await fixture.Node.EndAsync(chain);
    }

    [SitesFact]
    public async Task Open_TunnelThenProxy_TheProxyIsReachedFromInside()
    {
        var west = fixture.Lab.Sites["west"];
        await fixture.OpenAsync(
            "inside", SiteLayers.WireGuard(), $"kind: proxy\nhost: {west.Router}\nport: {west.SocksPort}\ncredentials: west-proxy", fixture.Sites.WestDesk("w04"));

        Assert.True(await fixture.Sites.HasSessionAsync("west-desk", "w04"));
        await fixture.Node.EndAsync("inside");
    }

    [SitesFact]
    public async Task Run_TunnelKilled_IsNamedAndComesBackByItself_AndNothingIsLeft()
    {
        await fixture.OpenAsync("killed", SiteLayers.WireGuard(2), fixture.Sites.WestDesk("w03"));

        await KillAsync("wireguard-go");

        var lost = await fixture.WaitAsync("killed", "reconnecting");
        Assert.StartsWith("vpn wireguard-2:", lost.GetProperty("failure").GetString(), StringComparison.Ordinal);
        await fixture.WaitAsync("killed", "live");
        await Task.Delay(TimeSpan.FromSeconds(3)); // the first tunnel's grace is over now, the second one is in use
        await fixture.Node.EndAsync("killed");
        for (int i = 0; i < 150 && ProcessTree.Descendants(fixture.Node.ProcessId, "wireguard-go").Count > 0; i++)
        {
            await Task.Delay(100);
        }

        Assert.Empty(ProcessTree.Descendants(fixture.Node.ProcessId, "wireguard-go"));
    }

    private async Task KillAsync(string program)
    {
        var found = ProcessTree.Descendants(fixture.Node.ProcessId, program);
        Assert.NotEmpty(found);
        await Shell.RunAsync("kill", ["-KILL", .. found.Select(process => $"{process}")]);
    }

    [SitesFact]
    public async Task Open_BehindOpenVpn_ReachesTheDesktop()
    {
        await fixture.OpenAsync("openvpn", SiteLayers.OpenVpn(), fixture.Sites.EastDesk("e01"));

        Assert.True(await fixture.Sites.HasSessionAsync("east-desk", "e01"));
        await fixture.Node.EndAsync("openvpn");
    }

    [SitesFact]
    public async Task Open_BothSitesAtOnce_EachReachesItsOwn()
    {
        await fixture.OpenAsync("both-west", SiteLayers.WireGuard(), fixture.Sites.WestDesk("w02"));
        await fixture.OpenAsync("both-east", SiteLayers.OpenVpn(), fixture.Sites.EastDesk("e02"));

        Assert.True(await fixture.Sites.HasSessionAsync("west-desk", "w02"));
        Assert.True(await fixture.Sites.HasSessionAsync("east-desk", "e02"));
        await fixture.Node.EndAsync("both-west");
        await fixture.Node.EndAsync("both-east");
    }
}
