using System.Net;

namespace RemoteChain.Surface.Control;

/// <summary>An address with the length of its network's prefix: <c>10.8.0.2/24</c>. Bits behind the prefix may be set.</summary>
public readonly record struct AddressPrefix(IPAddress Address, int PrefixLength)
{
    /// <summary>Bits of an address of this family.</summary>
    public static int BitsOf(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 128 : 32;

    /// <inheritdoc/>
    public override string ToString() => $"{Address}/{PrefixLength}";
}

/// <summary>Tunnels → node, first message: it runs and waits.</summary>
/// <param name="Version">Of these messages: <see cref="VersionNow"/>; anything else is a process of another build.</param>
public sealed record TunnelsReady(int Version) : ControlMessage
{
    /// <summary>The version that this build speaks.</summary>
    public const int VersionNow = 1;
}

/// <summary>The far end of a WireGuard tunnel.</summary>
/// <param name="PublicKey">32 bytes.</param>
/// <param name="PresharedKey">32 bytes, or empty.</param>
/// <param name="Endpoint">Where its packets go, as the outer place reaches it; null for a peer that is only waited for.</param>
/// <param name="KeepaliveSeconds">0 = none.</param>
/// <param name="Allowed">What may come from it and what is sent to it.</param>
public sealed record TunnelPeer(byte[] PublicKey, Secret PresharedKey, IPEndPoint? Endpoint, int KeepaliveSeconds,
    IReadOnlyList<AddressPrefix> Allowed)
{
    /// <summary>Bytes of every key.</summary>
    public const int KeyBytes = 32;
}

/// <summary>Node → tunnels: make a namespace and a WireGuard tunnel into it. Answered by <see cref="TunnelOpened"/> or <see cref="TunnelLost"/>.</summary>
/// <param name="Tunnel">A number that the node has not used on this connection.</param>
/// <param name="Outer">Where the tunnel's packets go: an earlier tunnel's number, or 0 for the machine.</param>
/// <param name="PrivateKey">32 bytes.</param>
/// <param name="ListenPort">UDP port; 0 = any.</param>
/// <param name="Mtu">Largest packet inside; 0 = WireGuard's own choice.</param>
/// <param name="Addresses">The tunnel's addresses inside.</param>
/// <param name="Peers">One or more.</param>
public sealed record OpenWireGuard(int Tunnel, int Outer, Secret PrivateKey, int ListenPort, int Mtu, IReadOnlyList<AddressPrefix> Addresses,
    IReadOnlyList<TunnelPeer> Peers) : ControlMessage
{
    /// <summary>Most peers, and most addresses of each kind.</summary>
    public const int PeersMax = 64, AddressesMax = 256;

    /// <inheritdoc/>
    public override void Dispose()
    {
        PrivateKey.Dispose();
        foreach (var peer in Peers) peer.PresharedKey.Dispose();
        base.Dispose();
    }
}

/// <summary>A server that an OpenVPN profile names, with its name already resolved in the outer place.</summary>
public sealed record TunnelRemote(IPEndPoint Endpoint, bool OverTcp);

/// <summary>Node → tunnels: make a namespace and an OpenVPN tunnel into it. Answered as <see cref="OpenWireGuard"/> is.</summary>
/// <param name="Tunnel">A number that the node has not used on this connection.</param>
/// <param name="Outer">Where the tunnel's packets go: an earlier tunnel's number, or 0 for the machine.</param>
/// <param name="Profile">The profile's text in UTF-8 without its remotes; keys inline. Options that are not known to be harmless are refused.</param>
/// <param name="User">For the server that asks; else empty.</param>
/// <param name="Password">For the server or the private key that asks; else empty.</param>
/// <param name="Remotes">Servers in the order in which they are tried.</param>
public sealed record OpenOpenVpn(int Tunnel, int Outer, Secret Profile, string User, Secret Password, IReadOnlyList<TunnelRemote> Remotes)
    : ControlMessage
{
    /// <summary>Longest profile.</summary>
    public const int ProfileBytesMax = 56 * 1024;

    /// <summary>Most servers of one profile.</summary>
    public const int RemotesMax = 64;

    /// <inheritdoc/>
    public override void Dispose()
    {
        Profile.Dispose();
        Password.Dispose();
        base.Dispose();
    }
}

/// <summary>Node → tunnels: take the tunnel and its namespace away. Answered by <see cref="TunnelClosed"/>.</summary>
public sealed record CloseTunnel(int Tunnel) : ControlMessage;

/// <summary>The kinds of sockets that a tunnel's namespace has for the node.</summary>
public enum TunnelSocketKind : byte
{
    /// <summary>A stream.</summary>
    Tcp,

    /// <summary>Datagrams.</summary>
    Udp,

    /// <summary>Echoes (Linux's datagram ICMP sockets).</summary>
    Icmp,
}

/// <summary>Node → tunnels: make a socket inside. Answered by <see cref="TunnelSocket"/>.</summary>
/// <param name="Tunnel">Which.</param>
/// <param name="Request">Comes back with the answer.</param>
/// <param name="IsV6">IPv6 instead of IPv4.</param>
/// <param name="Kind">What kind.</param>
public sealed record MakeTunnelSocket(int Tunnel, int Request, bool IsV6, TunnelSocketKind Kind) : ControlMessage;

/// <summary>Tunnels → node: the tunnel carries packets.</summary>
/// <param name="Tunnel">Which.</param>
/// <param name="Endpoint">The far end's outer address that answered; null when it is not known.</param>
/// <param name="Addresses">The tunnel's addresses inside.</param>
/// <param name="NameServers">The DNS servers that the far end pushed; empty for kinds whose profile names them.</param>
/// <param name="SearchDomains">Pushed likewise.</param>
public sealed record TunnelOpened(int Tunnel, IPEndPoint? Endpoint, IReadOnlyList<AddressPrefix> Addresses, IReadOnlyList<IPAddress> NameServers,
    IReadOnlyList<string> SearchDomains) : ControlMessage
{
    /// <summary>Most DNS servers and search domains that are told.</summary>
    public const int NamesMax = 16;
}

/// <summary>Tunnels → node: the tunnel could not be opened, or works no more. It is closed already; nothing of it is left.</summary>
public sealed record TunnelLost(int Tunnel, Failure Failure) : ControlMessage;

/// <summary>Tunnels → node: nothing of the tunnel is left.</summary>
public sealed record TunnelClosed(int Tunnel) : ControlMessage;

/// <summary>Tunnels → node: the socket, or why there is none.</summary>
/// <param name="Request">Of the question.</param>
/// <param name="Error">0, or Linux's error number.</param>
/// <param name="Socket">The socket, not connected, unless there was an error.</param>
public sealed record TunnelSocket(int Request, int Error, DescriptorHandle? Socket) : ControlMessage
{
    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [Socket];
}
