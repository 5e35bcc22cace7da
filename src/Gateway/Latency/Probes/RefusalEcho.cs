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

    private const int MicrosOfMilli = 1000;

    /// <summary>Asks once. Takes a thread of the pool for one round trip, because what wakes it stamps the answer.</summary>
    /// <returns>The round trip in nanoseconds; null when nothing came in time, or somebody listens there after all.</returns>
    public static Task<long?> MeasureAsync(IPAddress host, TimeSpan patience) => Task.Run(() =>
    {
        using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        return Measure(socket, host, patience);
    });

    /// <summary>The same with a socket from wherever the echo shall start; it stays the caller's and is used up.</summary>
    public static Task<long?> MeasureAsync(Socket socket, IPAddress host, TimeSpan patience) => Task.Run(() => Measure(socket, host, patience));

    private static long? Measure(Socket socket, IPAddress host, TimeSpan patience)
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
            bool isReady = socket.Poll((int)patience.TotalMilliseconds * MicrosOfMilli, SelectMode.SelectWrite);
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
