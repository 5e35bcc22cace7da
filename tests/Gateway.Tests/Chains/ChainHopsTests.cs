using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Chains;

/// <summary>Hops in front of a desktop, and which of them may follow which.</summary>
public sealed class ChainHopsTests
{
    [Fact]
    public void Parse_TunnelsInTunnels_AreHopsInTheirOrder()
    {
        var reading = ChainDocument.Parse(
            "name: a\nlayers:\n  - kind: direct\n  - kind: vpn\n    profile: outer\n  - kind: vpn\n    profile: inner\n    type: openvpn\n    "
                + "timeout: 5s\n  - kind: rdp\n    host: h\n");

        Assert.Empty(reading.Errors);
        Assert.Equal(
            [new DirectLayer(1, DirectLayer.TimeoutDefault), new VpnLayer(2, "outer", VpnType.Auto, VpnLayer.TimeoutDefault),
                new VpnLayer(3, "inner", VpnType.OpenVpn, TimeSpan.FromSeconds(5))],
            reading.Chain!.Hops);
        Assert.Equal("vpn outer", reading.Chain.Layers[1].Title);
        Assert.Equal(["wireguard openvpn", "openvpn"],
            reading.Secrets.Select(secret => string.Join(' ', secret.Kinds.Select(kind => kind.Word()))));
    }

    [Theory]
    [InlineData("  - kind: vpn\n", "line 3, column 5: layer 1 (vpn): `profile` is missing")]
    [InlineData("  - kind: vpn\n    profile: {key: x}\n", "line 4, column 14: layer 1 (vpn): `profile` takes the name of a secret, not the "
        + "secret itself; store it with `remotechain secret import NAME FILE` and write `profile: NAME`")]
    [InlineData("  - kind: vpn\n    profile: x\n    type: ipsec\n",
        "line 5, column 11: layer 1 (vpn): `type` must be one of auto, wireguard, openvpn")]
    [InlineData("  - kind: proxy\n    host: p\n  - kind: direct\n  - kind: vpn\n    profile: x\n    type: wireguard\n",
        "line 6, column 5: layer 3 (vpn): WireGuard sends packets, but layer 1 (proxy) before it carries only connections; put the tunnel first")]
    public void Parse_MistakeInATunnel_IsToldWithItsPlace(string layers, string expected) => Assert.Contains(expected,
        ChainDocument.Parse($"name: a\nlayers:\n{layers}  - kind: rdp\n    host: h\n").Errors.Select(error => error.ToString()));

    [Fact]
    public void CarrierOfConnections_IsTheLastHopThatIsNoTunnel()
    {
        Layer proxy = new ProxyLayer(2, ProxyType.Http, "p", 8080, null), vpn = new VpnLayer(3, "x", VpnType.Auto, VpnLayer.TimeoutDefault);
        Layer gateway = GatewayLayer.Default, direct = new DirectLayer(4, DirectLayer.TimeoutDefault);

        Assert.Null(VpnLayer.CarrierOfConnections([]));
        Assert.Null(VpnLayer.CarrierOfConnections([gateway, direct]));
        Assert.Same(proxy, VpnLayer.CarrierOfConnections([gateway, proxy]));
        Assert.Same(proxy, VpnLayer.CarrierOfConnections([gateway, vpn, proxy, direct]));
        Assert.Null(VpnLayer.CarrierOfConnections([gateway, proxy, vpn]));
    }
}
