using RemoteChain.Harness;

namespace RemoteChain.Hops.EndToEnd;

/// <summary>Desktops behind real proxies with passwords.</summary>
public sealed class ProxyTests(SitesFixture fixture) : IClassFixture<SitesFixture>
{
    [SitesFact]
    public async Task Open_BehindSocks_ReachesTheDesktop()
    {
        await fixture.OpenAsync("socks", fixture.Sites.Socks(), fixture.Sites.WestDesk("w01"));

        Assert.True(await fixture.Sites.HasSessionAsync("west-desk", "w01"));
        await fixture.Node.EndAsync("socks");
    }

    [SitesFact]
    public async Task Open_BehindHttp_TheProxyKnowsTheName()
    {
        await fixture.OpenAsync("http", fixture.Sites.Http(), fixture.Sites.WestDesk("w02", "west-desk.west.lab"));

        Assert.True(await fixture.Sites.HasSessionAsync("west-desk", "w02"));
        await fixture.Node.EndAsync("http");
    }

    [SitesFact]
    public async Task Open_SocksThroughHttp_BothAreOnTheWay()
    {
        await fixture.OpenAsync("both", fixture.Sites.Http(), fixture.Sites.Socks(), fixture.Sites.WestDesk("w01"));

        await fixture.Node.EndAsync("both");
    }

    [SitesTheory]
    [InlineData("socks5", 1080)]
    [InlineData("http", 3128)]
    public async Task Open_WrongPassword_IsTheProxysFailureAndNotTriedAgain(string type, int port)
    {
        string address = fixture.Lab.Sites["west"].Address;
        await SiteLayers.SaveLoginAsync(fixture.Node, "stranger", "visitor", "wrong");

        string said = await fixture.FailAsync(
            $"refused-{type}", $"kind: proxy\ntype: {type}\nhost: {address}\nport: {port}\ncredentials: stranger", fixture.Sites.WestDesk("w01"));

        Assert.StartsWith($"proxy {address}", said, StringComparison.Ordinal);
        Assert.Contains("did not accept the user name or password", said, StringComparison.Ordinal);
        using var audit = await fixture.Node.GetAsync("audit?action=session-failed");
        Assert.Contains(said, audit.RootElement.ToString(), StringComparison.Ordinal);
    }

    [SitesFact]
    public async Task Open_HostBehindTheProxyIsNotThere_IsTheHostsFailure()
    {
        string said = await fixture.FailAsync("nobody", fixture.Sites.Socks(), fixture.Sites.WestDesk("w01", "192.168.1.77"));

        Assert.DoesNotContain("did not accept", said, StringComparison.Ordinal);
        Assert.Contains("192.168.1.77", said, StringComparison.Ordinal);
    }
}
