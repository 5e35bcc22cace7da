using System.Net.Sockets;
using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>What the kernel knows of the session's own connection to the host, at one moment (Linux <c>TCP_INFO</c>).</summary>
/// <param name="AtNanos">When it was asked.</param>
/// <param name="SmoothedNanos">
/// Smoothed time from a segment to its acknowledgement. Acknowledgements ride on answers, so the host's time is in it: never below the way.
/// </param>
/// <param name="FloorNanos">Shortest such time of the last minutes: sticky, it does not follow a way that has become longer.</param>
/// <param name="Delivered">Segments acknowledged so far.</param>
/// <param name="Received">Segments received so far.</param>
/// <param name="Waits">Whether the peer owes an acknowledgement: of data, of a keepalive, or of a probe of its closed window.</param>
public readonly record struct TcpFigures(long AtNanos, long SmoothedNanos, long FloorNanos, long Delivered, long Received, bool Waits = false)
{
    // struct tcp_info of linux/tcp.h: grown at its end only, so that places never move.
    private const int IpProtoTcp = 6;
    private const int TcpInfo = 11;
    private const int ProbesOffset = 3;
    private const int UnacknowledgedOffset = 24;
    private const int RttOffset = 68;
    private const int SegmentsInOffset = 140;
    private const int MinRttOffset = 148;
    private const int DeliveredOffset = 192;
    private const int BytesMin = 196;
    private const int BytesMax = 256;

    /// <summary>Asks the kernel. False when the socket is not TCP, is closed, or the kernel is older than these figures.</summary>
    public static bool TryRead(Socket socket, out TcpFigures figures)
    {
        figures = default;
        Span<byte> info = stackalloc byte[BytesMax];
        try
        {
            if (socket.GetRawSocketOption(IpProtoTcp, TcpInfo, info) < BytesMin)
            {
                return false;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }

        const long nanosOfMicro = 1000;
        long floorMicros = Number(info, MinRttOffset);
        figures = new TcpFigures(
            MonotonicClock.NowNanos(), Number(info, RttOffset) * nanosOfMicro, floorMicros == uint.MaxValue ? 0 : floorMicros * nanosOfMicro,
            Number(info, DeliveredOffset), Number(info, SegmentsInOffset),
            Number(info, UnacknowledgedOffset) > 0 || info[ProbesOffset] > 0);
        return true;
    }

    private static long Number(ReadOnlySpan<byte> info, int offset) => MemoryMarshal.Read<uint>(info[offset..]);
}
