using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// A TCP connection to a port where nobody listens: the host's kernel refuses it at once (RFC 9293, 3.10.7.1). Goes the way of TCP, which
/// ICMP may not.
/// </summary>
public static class RefusalEcho
{
    /// <summary>The port of the discard service (RFC 863), which nobody offers any more.</summary>
    public const int Port = 9;

    /// <summary>Asks once. Takes a thread of the pool for one round trip, because what wakes it stamps the answer.</summary>
    /// <returns>The round trip in nanoseconds; null when nothing came in time, or somebody listens there after all.</returns>
    public static Task<long?> MeasureAsync(IPAddress host, TimeSpan patience, CancellationToken cancellationToken = default) => Task.Run(() =>
    {
        using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        return Measure(socket, host, patience, cancellationToken);
    }, CancellationToken.None);

    /// <summary>The same with a socket from wherever the echo shall start; it stays the caller's and is used up.</summary>
    public static Task<long?> MeasureAsync(Socket socket, IPAddress host, TimeSpan patience, CancellationToken cancellationToken = default) =>
        Task.Run(() => Measure(socket, host, patience, cancellationToken), CancellationToken.None);

    private static long? Measure(Socket socket, IPAddress host, TimeSpan patience, CancellationToken cancellationToken)
    {
        (socket.Blocking, socket.LingerState) = (false, new(true, 0));
        long sentNanos = MonotonicClock.NowNanos();
        try
        {
            socket.Connect(new IPEndPoint(host, Port));
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            bool isReady = PatientPoll.For(socket, SelectMode.SelectWrite, patience, cancellationToken);
            long tookNanos = MonotonicClock.NowNanos() - sentNanos;
            var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            return isReady && error == SocketError.ConnectionRefused ? tookNanos : null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // So near that the refusal was there before the call returned.
            return MonotonicClock.NowNanos() - sentNanos;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
