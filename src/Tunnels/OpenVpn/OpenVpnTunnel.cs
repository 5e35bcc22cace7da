using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.OpenVpn;

sealed class OpenVpnTunnel(EventLoop loop, NetworkNamespace outer, OpenOpenVpn settings) : Tunnel(loop, outer, settings.Tunnel)
{
    internal override void Start() => Next(() => Fail(FailureCause.Unsupported, "OpenVPN is not built yet"), TimeSpan.Zero);

    protected override void TakeDown() => settings.Dispose();
}
