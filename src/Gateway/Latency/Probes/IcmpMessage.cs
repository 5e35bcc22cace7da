using System.Buffers.Binary;
using System.Net.Sockets;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>Echo requests and their answers as bytes (RFC 792, RFC 4443), of one kind of socket.</summary>
/// <param name="isIpv6">Which of the two families.</param>
/// <param name="isRaw">Whether the socket is a raw one, which shows the IP header of version 4.</param>
internal sealed class IcmpMessage(bool isIpv6, bool isRaw)
{
    /// <summary>No answer that is looked at is longer.</summary>
    public const int PacketBytesMax = 512;

    private const int HeaderBytes = 8;
    private const int MessageBytes = HeaderBytes + sizeof(ulong) + sizeof(uint);

    /// <summary>Echo sockets of Linux need no privilege where the machine allows them; raw ones need CAP_NET_RAW.</summary>
    public static IReadOnlyList<SocketType> SocketTypes { get; } = [SocketType.Dgram, SocketType.Raw];

    /// <summary>Writes a request.</summary>
    /// <param name="buffer">At least <see cref="PacketBytesMax"/> long.</param>
    /// <param name="token">Comes back with the answer: tells ours from others'.</param>
    /// <param name="serial">Comes back with the answer: tells one of ours from another.</param>
    /// <returns>What is to be sent.</returns>
    public Span<byte> Write(Span<byte> buffer, ulong token, uint serial)
    {
        var message = buffer[..MessageBytes];
        message.Clear();
        message[0] = (byte)(isIpv6 ? 128 : 8);
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], (ushort)token);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], (ushort)serial);
        BinaryPrimitives.WriteUInt64LittleEndian(message[HeaderBytes..], token);
        BinaryPrimitives.WriteUInt32LittleEndian(message[(HeaderBytes + sizeof(ulong))..], serial);
        if (!isIpv6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum(message));
        }

        return message;
    }

    /// <summary>Reads what came. False when it is no answer to such a request.</summary>
    public bool TryReadAnswer(ReadOnlySpan<byte> packet, out ulong token, out uint serial)
    {
        (token, serial) = (0, 0);
        if (isRaw && !isIpv6)
        {
            int header = packet.Length > 0 ? (packet[0] & 0x0F) * 4 : 0;
            packet = packet.Length > header ? packet[header..] : default;
        }

        if (packet.Length != MessageBytes || packet[0] != (isIpv6 ? 129 : 0))
        {
            return false;
        }

        token = BinaryPrimitives.ReadUInt64LittleEndian(packet[HeaderBytes..]);
        serial = BinaryPrimitives.ReadUInt32LittleEndian(packet[(HeaderBytes + sizeof(ulong))..]);
        return true;
    }

    private static ushort Checksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (int i = 0; i < message.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(message[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~(sum + (sum >> 16));
    }
}
