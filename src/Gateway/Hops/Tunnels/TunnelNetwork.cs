using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>
/// The inside of a tunnel: its sockets are made by the process that keeps it, and names are what the tunnel's own DNS servers say. They are
/// never asked of the machine's resolver, and a tunnel without servers knows no name.
/// </summary>
public sealed class TunnelNetwork : Network
{
    private readonly NameResolver _resolver;

    /// <summary>The inside of a tunnel that is open.</summary>
    /// <param name="tunnel">The tunnel.</param>
    /// <param name="nameServers">Its DNS servers.</param>
    /// <param name="searchDomains">What short names are completed with.</param>
    public TunnelNetwork(OpenTunnel tunnel, IReadOnlyList<IPAddress> nameServers, IReadOnlyList<string> searchDomains)
    {
        Tunnel = tunnel;
        _resolver = new NameResolver(this, nameServers, searchDomains);
    }

    /// <summary>The tunnel.</summary>
    public OpenTunnel Tunnel { get; }

    /// <inheritdoc/>
    public override ValueTask<Socket> MakeSocketAsync(
        AddressFamily family, SocketType type, ProtocolType protocol, CancellationToken cancellationToken) => (type, protocol) switch
    {
        (SocketType.Stream, ProtocolType.Tcp) => Tunnel.Link.MakeSocketAsync(Tunnel, family, TunnelSocketKind.Tcp, cancellationToken),
        (SocketType.Dgram, ProtocolType.Udp) => Tunnel.Link.MakeSocketAsync(Tunnel, family, TunnelSocketKind.Udp, cancellationToken),
        (SocketType.Dgram, ProtocolType.Icmp or ProtocolType.IcmpV6) =>
            Tunnel.Link.MakeSocketAsync(Tunnel, family, TunnelSocketKind.Icmp, cancellationToken),
        _ => throw new SocketException((int)SocketError.ProtocolNotSupported),
    };

    /// <inheritdoc/>
    public override async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        IPAddress.TryParse(host, out var literal) ? [literal] : await _resolver.ResolveAsync(host, cancellationToken);
}
