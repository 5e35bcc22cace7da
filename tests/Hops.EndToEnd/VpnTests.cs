using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>Desktops behind real tunnels.</summary>
public sealed class VpnTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    [SitesFact]
    public async Task Open_BehindWireGuard_ReachesTheDesktop()
    {
        await fixture.OpenAsync("wireguard", SiteLayers.WireGuard(), fixture.Sites.WestDesk("w01"));

        Assert.True(await fixture.Sites.HasSessionAsync("west-desk", "w01"));
        await fixture.Node.EndAsync("wireguard");
    }
}
