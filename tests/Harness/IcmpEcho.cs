using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RemoteChain.Harness;

/// <summary>Round trips of ICMP echoes with microseconds, as root: what a cable takes, measured beside everything that is under test.</summary>
public static class IcmpEcho
{
    private const int HeaderBytes = 8, EchoRequest = 8, EchoReply = 0;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    /// <summary>Sends echoes one after the other and gives their round trips.</summary>
    public static Quantiles Measure(string address, int count, TimeSpan pause)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp) { ReceiveTimeout = (int)s_timeout.TotalMilliseconds };
        var to = new IPEndPoint(IPAddress.Parse(address), 0);
        var nanos = new List<long>();
        var reply = new byte[256];
        for (ushort i = 0; i < count; i++)
        {
            byte[] request = Request(i);
            long sent = Stopwatch.GetTimestamp();
            socket.SendTo(request, to);
            // A raw socket gets everybody's replies.
            while (!IsReply(reply.AsSpan(0, socket.Receive(reply)), i))
            {
            }

            nanos.Add(Stopwatch.GetTimestamp() - sent);
            Thread.Sleep(pause);
        }

        return Quantiles.Of(nanos);
    }

    private static byte[] Request(ushort number)
    {
        var packet = new byte[HeaderBytes + 16];
        packet[0] = EchoRequest;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)Environment.ProcessId);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), number);
        uint sum = 0;
        for (int i = 0; i < packet.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(i));
        }

        sum = (sum >> 16) + (sum & 0xFFFF);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)~(sum + (sum >> 16)));
        return packet;
    }

    private static bool IsReply(ReadOnlySpan<byte> packet, ushort number)
    {
        int header = (packet[0] & 15) * 4;
        return packet.Length >= header + HeaderBytes && packet[header] == EchoReply
            && BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 4)..]) == (ushort)Environment.ProcessId
            && BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 6)..]) == number;
    }
}
