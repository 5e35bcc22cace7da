using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Machines;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Harness;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Machines;

/// <summary>The node's end of a machine's network, with real connections to this host.</summary>
public sealed class GuestNetworkTests : IAsyncDisposable
{
    readonly ControlSocket _machine;
    readonly GuestNetwork _network;
    readonly List<NetworkRefusal> _refused = [];
    readonly TcpListener _server = new(IPAddress.Any, 0);
    readonly IPAddress _own = OwnAddress.First ?? IPAddress.Parse("10.9.9.9");

    public GuestNetworkTests()
    {
        _server.Start();
        ControlSocket here;
        (here, _machine) = ControlSocket.CreatePair();
        string rules = $"name: x\nkernel: k\nnetwork:\n  allow: [tcp {_own}:{Port}, tcp desk.example:{Port}]\n";
        var way = MachineWay.Beyond(new TcpDialer(Network.Machine));
        // A name that means this host, as its own resolver may not have one.
        var named = way with { LookUpAsync = (name, _) => new(name == "desk.example" ? [_own] : [IPAddress.Loopback]) };
        _network = new GuestNetwork(here, MachineTemplate.Parse(rules).Template!.Network!,
            () => named, _refused.Add);
        _network.Start();
    }

    int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _network.DisposeAsync();
        _machine.Dispose();
        _server.Dispose();
    }

    [OwnAddressFact]
    public async Task Dial_WhatRulesName_IsConnectedAndOtherThingsAreNot()
    {
        using var dialed = await AskAsync<NetworkDialed>(new NetworkDial(1, new IPEndPoint(_own, Port)));
        using var accepted = await _server.AcceptSocketAsync();
        Assert.NotNull(dialed.Socket);

        Assert.Null((await AskAsync<NetworkDialed>(new NetworkDial(2, new IPEndPoint(_own, 1)))).Socket);
        Assert.Null((await AskAsync<NetworkDialed>(new NetworkDial(3, new IPEndPoint(IPAddress.Loopback, Port)))).Socket);
        Assert.Null((await AskAsync<NetworkDialed>(new NetworkDial(4, new IPEndPoint(_own, 1)))).Socket);
        Assert.Equal([$"tcp {_own}:1", $"tcp 127.0.0.1:{Port}"], _refused.Select(refusal => refusal.To));
        Assert.Equal($"the rule tcp {_own}:{Port} names the host but not the port", _refused[0].Why);
        var summary = _network.Summary;
        Assert.Equal((1, 0, 3), (summary.Connections, summary.Failed, summary.Refused));
        Assert.Equal(2, summary.Refusals[0].Count);
    }

    [OwnAddressFact]
    public async Task LookUp_ANameOfARule_StandsForItAndOtherNamesAreRefused()
    {
        var names = await AskAsync<NetworkNames>(new NetworkLookUp(1, "desk.example"));
        var address = Assert.Single(names.Addresses);
        Assert.Equal("198.51.100.1", address.ToString());
        using var dialed = await AskAsync<NetworkDialed>(new NetworkDial(2, new IPEndPoint(address, Port)));
        Assert.NotNull(dialed.Socket);
        using var accepted = await _server.AcceptSocketAsync();

        var other = await AskAsync<NetworkNames>(new NetworkLookUp(3, "other.example"));
        Assert.Equal(5, other.Outcome);
        Assert.Equal("dns other.example", Assert.Single(_refused).To);
    }

    async Task<T> AskAsync<T>(ControlMessage question) where T : ControlMessage
    {
        Assert.Equal(ControlSend.Sent, _machine.Send(question));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return Assert.IsType<T>((await _machine.ReceiveAsync(patience.Token)).Message);
    }
}
