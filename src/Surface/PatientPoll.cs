using System.Net.Sockets;

namespace RemoteChain.Surface;

/// <summary>
/// Waits for a socket in the thread that calls, so that whoever stamps an answer is who was woken by it, and yet ends when it is told to: what
/// waits for echoes must not hold up what reports that nobody answers them.
/// </summary>
public static class PatientPoll
{
    /// <summary>How late it notices at most that it shall end, in microseconds.</summary>
    private const int SliceMicros = 50_000;

    /// <summary>Waits until the socket is ready.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="mode">What it shall be ready for.</param>
    /// <param name="patience">How long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it was not ready in time, or the wait was ended.</returns>
    /// <exception cref="SocketException">The socket failed.</exception>
    public static bool For(Socket socket, SelectMode mode, TimeSpan patience, CancellationToken cancellationToken)
    {
        long untilNanos = MonotonicClock.NowNanos() + (long)patience.TotalNanoseconds;
        for (long leftMicros = (long)patience.TotalMicroseconds; leftMicros > 0 && !cancellationToken.IsCancellationRequested;
            leftMicros = (untilNanos - MonotonicClock.NowNanos()) / 1000)
        {
            if (socket.Poll((int)Math.Min(leftMicros, SliceMicros), mode))
            {
                return true;
            }
        }

        return false;
    }
}
