using System.Buffers.Binary;

namespace RemoteChain.Emulator.Slirp;

/// <summary>What is known of one connection's ends.</summary>
readonly record struct Flow(uint Guest, ushort GuestPort, uint Host, ushort HostPort);

/// <summary>An IPv4 packet that a guest has put into a frame (RFC 791, 793, 768), as far as it is judged by. Numbers are in host order.</summary>
/// <param name="Protocol">6 is TCP, 17 UDP, 1 ICMP.</param>
/// <param name="Flow">The ends; ports are zero where the protocol has none.</param>
/// <param name="HeaderBytes">Length of its header.</param>
/// <param name="Bytes">Length of header and content.</param>
/// <param name="Flags">Of TCP; of ICMP the type.</param>
/// <param name="Sequence">Of TCP.</param>
readonly record struct GuestPacket(byte Protocol, Flow Flow, int HeaderBytes, int Bytes, byte Flags, uint Sequence)
{
    internal const byte Icmp = 1, Tcp = 6, Udp = 17;
    internal const int EthernetBytes = 14, UdpHeaderBytes = 8, TcpHeaderBytes = 20, Ipv4HeaderBytes = 20;
    internal const byte Syn = 2, Reset = 4, Acknowledge = 16;

    const int EtherTypeAt = 12;
    const ushort Ipv4 = 0x0800, Arp = 0x0806;

    /// <summary>Whether it asks for a connection.</summary>
    internal bool IsOpening => Protocol == Tcp && (Flags & (Syn | Acknowledge | Reset)) == Syn;

    /// <summary>Whether it is for many: a network of one guest has none of them.</summary>
    internal bool IsForMany => Flow.Host >> 28 == 14 || Flow.Host == uint.MaxValue || Flow.Host == (GuestNet.Network | ~GuestNet.Mask);

    /// <summary>Where the content of UDP begins in the frame.</summary>
    internal int UdpContentAt => EthernetBytes + HeaderBytes + UdpHeaderBytes;

    /// <summary>Whether a frame asks for a hardware address.</summary>
    internal static bool IsArp(ReadOnlySpan<byte> frame) =>
        frame.Length >= EthernetBytes && BinaryPrimitives.ReadUInt16BigEndian(frame[EtherTypeAt..]) == Arp;

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">Untrusted bytes.</param>
    /// <param name="packet">What is in it when true.</param>
    /// <returns>False when it is no whole IPv4 packet: another protocol, cut off, or a fragment.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> frame, out GuestPacket packet)
    {
        packet = default;
        if (frame.Length < EthernetBytes + Ipv4HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(frame[EtherTypeAt..]) != Ipv4) return false;
        var ip = frame[EthernetBytes..];
        int header = (ip[0] & 15) * 4, total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        // More fragments, or not the first: what is judged by its ports must have them.
        const int fragment = 0x3FFF;
        if (ip[0] >> 4 != 4 || header < Ipv4HeaderBytes || total < header || total > ip.Length
            || (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & fragment) != 0)
            return false;
        var (source, destination) = (BinaryPrimitives.ReadUInt32BigEndian(ip[12..]), BinaryPrimitives.ReadUInt32BigEndian(ip[16..]));
        var content = ip[header..total];
        var protocol = ip[9];
        switch (protocol)
        {
            case Tcp when content.Length >= TcpHeaderBytes:
                packet = new(protocol, Ends(source, destination, content), header, total, content[13], BinaryPrimitives.ReadUInt32BigEndian(content[4..]));
                return true;
            case Udp when content.Length >= UdpHeaderBytes:
                packet = new(protocol, Ends(source, destination, content), header, total, 0, 0);
                return true;
            case Icmp when content.Length >= UdpHeaderBytes:
                packet = new(protocol, new(source, 0, destination, 0), header, total, content[0], 0);
                return true;
            case Tcp or Udp or Icmp:
                return false;
            default:
                packet = new(protocol, new(source, 0, destination, 0), header, total, 0, 0);
                return true;
        }
    }

    static Flow Ends(uint source, uint destination, ReadOnlySpan<byte> ports) =>
        new(source, BinaryPrimitives.ReadUInt16BigEndian(ports), destination, BinaryPrimitives.ReadUInt16BigEndian(ports[2..]));
}
