using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Hops.Tunnels;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.Tests;

public sealed class WireGuardTests
{
    [RootFact]
    public async Task Open_TwoSitesWithTheSameAddresses_EachReachesItsOwn()
    {
        await using var a = await WireGuardSite.CreateAsync("site a");
        await using var b = await WireGuardSite.CreateAsync("site b");
        await using var keeper = await Keeper.StartAsync();

        var toA = await keeper.OpenAsync(number => a.Order(number));
        var toB = await keeper.OpenAsync(number => b.Order(number));

        Assert.Equal("site a", await Keeper.AskAsync(toA, WireGuardSite.InnerAddress, SiteHost.Port));
        Assert.Equal("site b", await Keeper.AskAsync(toB, WireGuardSite.InnerAddress, SiteHost.Port));
        Assert.Equal(a.Endpoint, toA.Facts.Endpoint);
        // A thread of the runtime that began inside would stay there.
        Assert.Equal([keeper.Machine], keeper.ThreadNamespaces());
        Assert.Empty(keeper.DevicesLeft());
    }

    [RootFact]
    public async Task Inside_OnlyTheTunnel_NothingElseIsReached()
    {
        await using var site = await WireGuardSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        var tunnel = await keeper.OpenAsync(number => site.Order(number));
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        // Its loopback is not the machine's, and beyond the tunnel's networks there is no route.
        Assert.Equal(SocketError.ConnectionRefused, await RefusalAsync(tunnel, IPAddress.Loopback, port));
        Assert.Equal(SocketError.NetworkUnreachable, await RefusalAsync(tunnel, site.Endpoint.Address, port));
        Assert.Equal(SocketError.NetworkUnreachable, await RefusalAsync(tunnel, new IPAddress(new ReadOnlySpan<byte>([1, 1, 1, 1])), 443));
    }

    [RootFact]
    public async Task Resolve_NameOfTheSite_AskedOnlyInside()
    {
        await using var site = await WireGuardSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        var tunnel = await keeper.OpenAsync(number => site.Order(number));
        var network = new TunnelNetwork(tunnel, [IPAddress.Parse(WireGuardSite.InnerAddress)], ["site"]);

        Assert.Equal([IPAddress.Parse(WireGuardSite.InnerAddress)], await network.ResolveAsync(SiteHost.Name, Wait.Soon));
        Assert.Equal([IPAddress.Parse(WireGuardSite.InnerAddress)], await network.ResolveAsync("host", Wait.Soon));
        // The machine's own resolver knows this one.
        var unknown = await Assert.ThrowsAsync<SocketException>(async () => await network.ResolveAsync("localhost", Wait.Soon));
        Assert.Equal(SocketError.HostNotFound, unknown.SocketErrorCode);
        Assert.Contains("localhost", site.Asked);

        var mute = new TunnelNetwork(tunnel, [], []);
        await Assert.ThrowsAsync<SocketException>(async () => await mute.ResolveAsync(SiteHost.Name, Wait.Soon));
    }

    [RootFact]
    public async Task Open_InsideAnotherTunnel_PacketsGoThroughBoth()
    {
        await using var outerSite = await WireGuardSite.CreateAsync("outer");
        // Only the first site has a way to the second one's server.
        await using var innerSite = await WireGuardSite.CreateAsync("inner", outerSite, "192.168.8");
        await using var keeper = await Keeper.StartAsync();

        var outer = await keeper.OpenAsync(number => outerSite.Order(number));
        var inner = await keeper.OpenAsync(number => innerSite.Order(number, outer.Number));
        Assert.Equal("inner", await Keeper.AskAsync(inner, "192.168.8.1", SiteHost.Port));

        await keeper.Link.CloseAsync(outer);
        var lost = await inner.Lost.WaitAsync(Wait.Soon);
        Assert.Equal((FailureCause.HopDown, "the tunnel around it is down"), (lost.Cause, lost.Detail));
        Assert.Empty(keeper.Children());
    }

    [RootFact]
    public async Task Open_WrongKey_FailsWithASentence()
    {
        await using var site = await WireGuardSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();

        var (tunnel, failure) = await keeper.Link.OpenAsync(number => site.Order(number, privateKey: [.. Enumerable.Repeat((byte)64, 32)]), Wait.Soon);

        Assert.Null(tunnel);
        Assert.Equal((FailureStage.Handshake, FailureCause.TimedOut), (failure!.Stage, failure.Cause));
        Assert.Contains(site.Endpoint.ToString(), failure.Detail);
        Assert.Empty(keeper.Children());
    }

    [RootFact]
    public async Task Keeper_Killed_NothingIsLeft()
    {
        await using var site = await WireGuardSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        var tunnel = await keeper.OpenAsync(number => site.Order(number));
        var programs = keeper.Children();
        Assert.Single(programs);

        keeper.Process.Kill();

        Assert.Equal(FailureCause.HopDown, (await tunnel.Lost.WaitAsync(Wait.Soon)).Cause);
        await Wait.UntilAsync(() => Keeper.AreGone(programs), "the tunnel's program to end");
        Assert.Empty(keeper.DevicesLeft());
    }

    [RootFact]
    public async Task Node_SocketClosed_NothingIsLeft()
    {
        await using var site = await WireGuardSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        await keeper.OpenAsync(number => site.Order(number));
        var programs = keeper.Children();

        await keeper.Link.DisposeAsync();

        await Wait.UntilAsync(() => keeper.Process.HasExited, "the keeper to end");
        Assert.Equal(0, keeper.Process.ExitCode);
        Assert.True(Keeper.AreGone(programs));
        Assert.Empty(keeper.DevicesLeft());
    }

    [RootFact]
    public async Task OpenAndClose_TwentyTimes_NothingIsLeft()
    {
        await using var site = await WireGuardSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        var first = await keeper.OpenAsync(number => site.Order(number));
        await keeper.Link.CloseAsync(first);
        var filesBefore = keeper.OpenFiles();

        for (var cycle = 0; cycle < 20; cycle++)
        {
            var tunnel = await keeper.OpenAsync(number => site.Order(number));
            Assert.Equal("site", await Keeper.AskAsync(tunnel, WireGuardSite.InnerAddress, SiteHost.Port));
            await keeper.Link.CloseAsync(tunnel);
        }

        Assert.Empty(keeper.Children());
        Assert.Empty(keeper.DevicesLeft());
        Assert.Equal(filesBefore, keeper.OpenFiles());
    }

    [RootFact]
    public async Task Program_Killed_TunnelIsLostAtOnce()
    {
        await using var site = await WireGuardSite.CreateAsync("site");
        await using var keeper = await Keeper.StartAsync();
        var tunnel = await keeper.OpenAsync(number => site.Order(number));

        using (var program = Process.GetProcessById(Assert.Single(keeper.Children()))) program.Kill();

        var lost = await tunnel.Lost.WaitAsync(TimeSpan.FromSeconds(3));
        Assert.Equal((FailureStage.Run, FailureCause.HopDown), (lost.Stage, lost.Cause));
        await Assert.ThrowsAsync<SocketException>(() => Keeper.AskAsync(tunnel, WireGuardSite.InnerAddress, SiteHost.Port));
    }

    static async Task<SocketError> RefusalAsync(OpenTunnel tunnel, IPAddress address, int port)
    {
        using var socket = await tunnel.Link.MakeSocketAsync(tunnel, AddressFamily.InterNetwork, TunnelSocketKind.Tcp, Wait.Soon);
        return (await Assert.ThrowsAsync<SocketException>(async () => await socket.ConnectAsync(address, port, Wait.Soon))).SocketErrorCode;
    }
}
