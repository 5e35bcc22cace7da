using System.Buffers.Binary;

namespace RemoteChain.Emulator.Slirp;

/// <summary>Frames that answer a guest's frame by themselves, without a connection: refusals, and what a name server says.</summary>
static class Reply
{
    const int IcmpHeaderBytes = 8, QuotedBytes = 8;
    const byte TimeToLive = 64, Unreachable = 3, Prohibited = 13;
    const ushort DontFragment = 0x4000;

    /// <summary>No to a connection: a reset that acknowledges what asked for it (RFC 793, section 3.4).</summary>
    internal static byte[] Refused(ReadOnlySpan<byte> frame, in GuestPacket packet)
    {
        var reply = Packet(frame, packet, packet.Flow.Host, GuestPacket.Tcp, GuestPacket.TcpHeaderBytes, out var content);
        var tcp = reply.AsSpan(content);
        WritePorts(tcp, packet.Flow);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], packet.Sequence + 1);
        tcp[12] = GuestPacket.TcpHeaderBytes / 4 << 4;
        tcp[13] = GuestPacket.Reset | GuestPacket.Acknowledge;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], SumWithEnds(reply, content));
        return reply;
    }

    /// <summary>No to any other packet: it is prohibited by whoever looks after the network (RFC 792; RFC 1812, section 5.2.7.1). Comes from the
    /// router.</summary>
    internal static byte[] Denied(ReadOnlySpan<byte> frame, in GuestPacket packet)
    {
        var quoted = Math.Min(packet.Bytes, packet.HeaderBytes + QuotedBytes);
        var reply = Packet(frame, packet, GuestNet.Router, GuestPacket.Icmp, IcmpHeaderBytes + quoted, out var content);
        var icmp = reply.AsSpan(content);
        (icmp[0], icmp[1]) = (Unreachable, Prohibited);
        frame.Slice(GuestPacket.EthernetBytes, quoted).CopyTo(icmp[IcmpHeaderBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], Sum(icmp, 0));
        return reply;
    }

    /// <summary>A datagram back to whoever sent this one.</summary>
    internal static byte[] Datagram(ReadOnlySpan<byte> frame, in GuestPacket packet, ReadOnlySpan<byte> answer)
    {
        var reply = Packet(frame, packet, packet.Flow.Host, GuestPacket.Udp, GuestPacket.UdpHeaderBytes + answer.Length, out var content);
        var udp = reply.AsSpan(content);
        WritePorts(udp, packet.Flow);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        answer.CopyTo(udp[GuestPacket.UdpHeaderBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], SumWithEnds(reply, content) is var sum and not 0 ? sum : ushort.MaxValue);
        return reply;
    }

    /// <summary>Tells a guest that its lease is of the small network: libslirp, for which every address is one of its own, would say that all
    /// are at hand (RFC 2131; option 1 of RFC 2132).</summary>
    internal static void NarrowLease(Span<byte> frame)
    {
        const int udpAt = GuestPacket.EthernetBytes + GuestPacket.Ipv4HeaderBytes, optionsAt = udpAt + GuestPacket.UdpHeaderBytes + 236 + 4;
        const byte subnetMask = 1, pad = 0, end = 255;
        const ushort leasesPort = 67;
        if (!GuestPacket.TryRead(frame, out var packet) || packet.Protocol != GuestPacket.Udp || packet.Flow.GuestPort != leasesPort) return;
        for (var at = optionsAt; at + 6 <= frame.Length && frame[at] != end; at += frame[at] == pad ? 1 : 2 + frame[at + 1])
            if (frame[at] == subnetMask) BinaryPrimitives.WriteUInt32BigEndian(frame[(at + 2)..], GuestNet.Mask);
        // No sum is a sum of IPv4's UDP, too.
        frame[udpAt + 6] = frame[udpAt + 7] = 0;
    }

    /// <summary>Ethernet and IPv4 headers of a packet to whoever sent the frame.</summary>
    static byte[] Packet(ReadOnlySpan<byte> frame, in GuestPacket packet, uint source, byte protocol, int contentBytes, out int content)
    {
        const int macBytes = 6;
        content = GuestPacket.EthernetBytes + GuestPacket.Ipv4HeaderBytes;
        var reply = new byte[content + contentBytes];
        frame.Slice(macBytes, macBytes).CopyTo(reply);
        frame[..macBytes].CopyTo(reply.AsSpan(macBytes));
        frame.Slice(2 * macBytes, 2).CopyTo(reply.AsSpan(2 * macBytes));
        var ip = reply.AsSpan(GuestPacket.EthernetBytes, GuestPacket.Ipv4HeaderBytes);
        ip[0] = 4 << 4 | GuestPacket.Ipv4HeaderBytes / 4;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(GuestPacket.Ipv4HeaderBytes + contentBytes));
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], DontFragment);
        (ip[8], ip[9]) = (TimeToLive, protocol);
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], packet.Flow.Guest);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Sum(ip, 0));
        return reply;
    }

    static void WritePorts(Span<byte> header, in Flow flow)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, flow.HostPort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], flow.GuestPort);
    }

    /// <summary>The sum of TCP and UDP: also over addresses, protocol and length.</summary>
    static ushort SumWithEnds(ReadOnlySpan<byte> reply, int content)
    {
        var ip = reply[GuestPacket.EthernetBytes..];
        var pseudo = (uint)ip[9] + (uint)(reply.Length - content);
        for (var at = 12; at < 20; at += 2) pseudo += BinaryPrimitives.ReadUInt16BigEndian(ip[at..]);
        return Sum(reply[content..], pseudo);
    }

    /// <summary>The Internet's checksum (RFC 1071).</summary>
    static ushort Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (; bytes.Length > 1; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (!bytes.IsEmpty) sum += (uint)bytes[0] << 8;
        while (sum > ushort.MaxValue) sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
