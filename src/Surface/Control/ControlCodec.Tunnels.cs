using System.Net;

namespace RemoteChain.Surface.Control;

/// <summary>The messages between the node and the process that keeps its tunnels. Addresses are bytes with their length; lists begin with
/// how many there are.</summary>
public static partial class ControlCodec
{
    const int SecondsMax = ushort.MaxValue;
    const int MtuMin = 576, MtuMax = 9000;

    static bool TryWriteTunnel(ref PacketWriter writer, ControlMessage message)
    {
        switch (message)
        {
            case TunnelsReady m:
                writer.UInt16((ushort)Kind.TunnelsReady);
                writer.Int32(m.Version);
                break;
            case OpenWireGuard m:
                writer.UInt16((ushort)Kind.OpenWireGuard);
                writer.Int32(m.Tunnel);
                writer.Int32(m.Outer);
                writer.Bytes(m.PrivateKey.Bytes, TunnelPeer.KeyBytes);
                writer.Int32(m.ListenPort);
                writer.Int32(m.Mtu);
                Write(ref writer, m.Addresses);
                writer.UInt16((ushort)m.Peers.Count);
                foreach (var peer in m.Peers) Write(ref writer, peer);
                break;
            case OpenOpenVpn m:
                writer.UInt16((ushort)Kind.OpenOpenVpn);
                writer.Int32(m.Tunnel);
                writer.Int32(m.Outer);
                writer.Bytes(m.Profile.Bytes, OpenOpenVpn.ProfileBytesMax);
                writer.Text(m.User, TextBytesMax);
                writer.Bytes(m.Password.Bytes, TextBytesMax);
                writer.UInt16((ushort)m.Remotes.Count);
                foreach (var remote in m.Remotes)
                {
                    Write(ref writer, remote.Endpoint);
                    writer.Flag(remote.OverTcp);
                }
                break;
            case CloseTunnel m:
                writer.UInt16((ushort)Kind.CloseTunnel);
                writer.Int32(m.Tunnel);
                break;
            case MakeTunnelSocket m:
                writer.UInt16((ushort)Kind.MakeTunnelSocket);
                writer.Int32(m.Tunnel);
                writer.Int32(m.Request);
                writer.Flag(m.IsV6);
                writer.Byte((byte)m.Kind);
                break;
            case TunnelOpened m:
                writer.UInt16((ushort)Kind.TunnelOpened);
                writer.Int32(m.Tunnel);
                Write(ref writer, m.Endpoint);
                Write(ref writer, m.Addresses);
                writer.UInt16((ushort)m.NameServers.Count);
                foreach (var server in m.NameServers) writer.Bytes(server.GetAddressBytes(), 16);
                writer.UInt16((ushort)m.SearchDomains.Count);
                foreach (var domain in m.SearchDomains) writer.Text(domain, TextBytesMax);
                break;
            case TunnelLost { Failure: var f } m:
                writer.UInt16((ushort)Kind.TunnelLost);
                writer.Int32(m.Tunnel);
                writer.Byte((byte)f.Stage);
                writer.Byte((byte)f.Cause);
                writer.Sentence(f.Detail);
                break;
            case TunnelClosed m:
                writer.UInt16((ushort)Kind.TunnelClosed);
                writer.Int32(m.Tunnel);
                break;
            case TunnelSocket m:
                writer.UInt16((ushort)Kind.TunnelSocket);
                writer.Int32(m.Request);
                writer.Int32(m.Error);
                break;
            default:
                return false;
        }
        return true;
    }

    static ControlMessage? ReadTunnel(Kind kind, ref PacketReader reader) => kind switch
    {
        Kind.TunnelsReady => new TunnelsReady(reader.Int32(0, int.MaxValue)),
        Kind.OpenWireGuard => new OpenWireGuard(Number(ref reader), reader.Int32(0, int.MaxValue), reader.Secret(TunnelPeer.KeyBytes),
            reader.Int32(0, IPEndPoint.MaxPort), reader.Int32(0, MtuMax), Prefixes(ref reader), Peers(ref reader)),
        Kind.OpenOpenVpn => new OpenOpenVpn(Number(ref reader), reader.Int32(0, int.MaxValue), reader.Secret(OpenOpenVpn.ProfileBytesMax),
            reader.Text(TextBytesMax), reader.Secret(TextBytesMax), Remotes(ref reader)),
        Kind.CloseTunnel => new CloseTunnel(Number(ref reader)),
        Kind.MakeTunnelSocket => new MakeTunnelSocket(Number(ref reader), Number(ref reader), reader.Flag(),
            (TunnelSocketKind)reader.Choice((byte)TunnelSocketKind.Icmp)),
        Kind.TunnelOpened => new TunnelOpened(Number(ref reader), EndpointOrNull(ref reader), Prefixes(ref reader), Addresses(ref reader),
            Texts(ref reader)),
        Kind.TunnelLost => new TunnelLost(Number(ref reader), new((FailureStage)reader.Byte(), (FailureCause)reader.Byte(), reader.Text(TextBytesMax))),
        Kind.TunnelClosed => new TunnelClosed(Number(ref reader)),
        _ => null,
    };

    static TunnelSocket ReadTunnelSocket(ref PacketReader reader, ReadOnlySpan<DescriptorHandle> descriptors) =>
        new(Number(ref reader), reader.Int32(0, int.MaxValue), descriptors.IsEmpty ? null : descriptors[0]);

    /// <summary>What one field of a tunnel's message says about another.</summary>
    static bool IsTunnelConsistent(ControlMessage message) => message switch
    {
        OpenWireGuard m => m.PrivateKey.Bytes.Length == TunnelPeer.KeyBytes && m.Mtu is 0 or >= MtuMin && m.Peers.Count > 0
            && m.Outer != m.Tunnel && m.Peers.All(peer => peer.PublicKey.Length == TunnelPeer.KeyBytes
                && peer.PresharedKey.Bytes.Length is 0 or TunnelPeer.KeyBytes),
        OpenOpenVpn m => m.Remotes.Count > 0 && m.Outer != m.Tunnel,
        TunnelLost { Failure: var f } => FailureText.IsKnown(f.Stage) && FailureText.IsKnown(f.Cause),
        TunnelSocket m => (m.Error == 0) == m.Socket is not null,
        _ => true,
    };

    static int Number(ref PacketReader reader) => reader.Int32(1, int.MaxValue);

    static void Write(ref PacketWriter writer, TunnelPeer peer)
    {
        writer.Bytes(peer.PublicKey, TunnelPeer.KeyBytes);
        writer.Bytes(peer.PresharedKey.Bytes, TunnelPeer.KeyBytes);
        Write(ref writer, peer.Endpoint);
        writer.Int32(peer.KeepaliveSeconds);
        Write(ref writer, peer.Allowed);
    }

    static List<TunnelPeer> Peers(ref PacketReader reader)
    {
        var peers = new List<TunnelPeer>();
        for (var left = reader.Count(OpenWireGuard.PeersMax); left > 0; left--)
            peers.Add(new(reader.Bytes(TunnelPeer.KeyBytes), reader.Secret(TunnelPeer.KeyBytes), EndpointOrNull(ref reader),
                reader.Int32(0, SecondsMax), Prefixes(ref reader)));
        return peers;
    }

    static List<TunnelRemote> Remotes(ref PacketReader reader)
    {
        var remotes = new List<TunnelRemote>();
        for (var left = reader.Count(OpenOpenVpn.RemotesMax); left > 0; left--)
            remotes.Add(new(new(Address(ref reader), Port(ref reader)), reader.Flag()));
        return remotes;
    }

    static void Write(ref PacketWriter writer, IReadOnlyList<AddressPrefix> prefixes)
    {
        writer.UInt16((ushort)prefixes.Count);
        foreach (var prefix in prefixes)
        {
            writer.Bytes(prefix.Address.GetAddressBytes(), 16);
            writer.Byte((byte)prefix.PrefixLength);
        }
    }

    static List<AddressPrefix> Prefixes(ref PacketReader reader)
    {
        var prefixes = new List<AddressPrefix>();
        for (var left = reader.Count(OpenWireGuard.AddressesMax); left > 0; left--)
        {
            var address = Address(ref reader);
            prefixes.Add(new(address, reader.Choice((byte)AddressPrefix.BitsOf(address))));
        }
        return prefixes;
    }

    static List<IPAddress> Addresses(ref PacketReader reader)
    {
        var addresses = new List<IPAddress>();
        for (var left = reader.Count(TunnelOpened.NamesMax); left > 0; left--) addresses.Add(Address(ref reader));
        return addresses;
    }

    static List<string> Texts(ref PacketReader reader)
    {
        var texts = new List<string>();
        for (var left = reader.Count(TunnelOpened.NamesMax); left > 0; left--) texts.Add(reader.Text(TextBytesMax));
        return texts;
    }

    /// <summary>No endpoint is an address of no bytes without a port.</summary>
    static void Write(ref PacketWriter writer, IPEndPoint? endpoint)
    {
        writer.Bytes(endpoint is null ? [] : endpoint.Address.GetAddressBytes(), 16);
        if (endpoint is not null) writer.Int32(endpoint.Port);
    }

    static IPEndPoint? EndpointOrNull(ref PacketReader reader)
    {
        var address = reader.Bytes(16);
        if (address.Length == 0) return null;
        var port = Port(ref reader);
        return new(reader.Address(address), port);
    }

    /// <summary>A reader that has failed still returns what it read; an endpoint would not take it.</summary>
    static int Port(ref PacketReader reader) => Math.Clamp(reader.Int32(1, IPEndPoint.MaxPort), 1, IPEndPoint.MaxPort);

    static IPAddress Address(ref PacketReader reader)
    {
        var address = reader.Bytes(16);
        return reader.Address(address);
    }
}
