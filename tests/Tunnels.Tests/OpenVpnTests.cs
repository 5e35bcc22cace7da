using System.Net;
using RemoteChain.Gateway.Hops.Tunnels;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.Tests;

public sealed class OpenVpnTests
{
    [RootFact]
    public async Task Open_TwoSitesWithTheSameAddresses_EachReachesItsOwn()
    {
        await using var a = await OpenVpnSite.CreateAsync("site a");
        await using var b = await OpenVpnSite.CreateAsync("site b");
        await using var keeper = await Keeper.StartAsync();

        var toA = await keeper.OpenAsync(number => a.Order(number));
        var toB = await keeper.OpenAsync(number => b.Order(number));

        Assert.Equal("site a", await Keeper.AskAsync(toA, OpenVpnSite.InnerAddress, SiteHost.Port));
        Assert.Equal("site b", await Keeper.AskAsync(toB, OpenVpnSite.InnerAddress, SiteHost.Port));
        Assert.Equal(a.Endpoint, toA.Facts.Endpoint);
        Assert.Equal([keeper.Machine], keeper.ThreadNamespaces());
        Assert.Empty(keeper.DevicesLeft());
    }

    [RootFact]
    public async Task Open_PushedNames_AreThoseOfTheInside()
    {
        await using var site = await OpenVpnSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();

        var tunnel = await keeper.OpenAsync(number => site.Order(number));

        Assert.Equal([IPAddress.Parse(OpenVpnSite.InnerAddress)], tunnel.Facts.NameServers);
        var network = new TunnelNetwork(tunnel, tunnel.Facts.NameServers, tunnel.Facts.SearchDomains);
        Assert.Equal([IPAddress.Parse(OpenVpnSite.InnerAddress)], await network.ResolveAsync("host", Wait.Soon));
    }

    [RootFact]
    public async Task Open_WrongPassword_IsSaidSo()
    {
        await using var site = await OpenVpnSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();

        var (_, failure) = await keeper.Link.OpenAsync(number => site.Order(number, "wrong"), Wait.Soon);

        Assert.Equal((FailureStage.SignIn, FailureCause.WrongCredentials), (failure!.Stage, failure.Cause));
        Assert.Empty(keeper.Children());
    }

    [RootFact]
    public async Task Open_ServerOfAnotherAuthority_IsNotTrusted()
    {
        await using var site = await OpenVpnSite.CreateAsync("site");
        await using var other = await OpenVpnSite.CreateAsync("other");
        await using var keeper = await Keeper.StartAsync();

        var (_, failure) = await keeper.Link.OpenAsync(number => site.Order(number) with { Remotes = [new(other.Endpoint, false)] }, Wait.Soon);

        Assert.Equal(FailureCause.KeyChanged, failure!.Cause);
    }

    [RootFact]
    public async Task Server_Killed_TunnelIsLostAndNothingIsLeft()
    {
        await using var site = await OpenVpnSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        var tunnel = await keeper.OpenAsync(number => site.Order(number));

        site.Server.Kill(entireProcessTree: true);

        var lost = await tunnel.Lost.WaitAsync(Wait.Soon);
        Assert.Equal((FailureStage.Run, FailureCause.HopDown), (lost.Stage, lost.Cause));
        Assert.Empty(keeper.Children());
        Assert.Empty(keeper.DevicesLeft());
    }

    [RootFact]
    public async Task Keeper_Killed_NothingIsLeft()
    {
        await using var site = await OpenVpnSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        await keeper.OpenAsync(number => site.Order(number));
        var programs = keeper.Children();

        keeper.Process.Kill();

        await Wait.UntilAsync(() => Keeper.AreGone(programs), "the tunnel's program to end");
        Assert.Empty(keeper.DevicesLeft());
    }

    [RootFact]
    public async Task Open_OptionThatRunsAProgram_IsRefused()
    {
        await using var site = await OpenVpnSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();

        var (_, failure) = await keeper.Link.OpenAsync(number => site.Order(number, more: "up /bin/true\n"), Wait.Soon);

        Assert.Equal(FailureCause.Unsupported, failure!.Cause);
        Assert.Contains("may not be run", failure.Detail);
    }
}
