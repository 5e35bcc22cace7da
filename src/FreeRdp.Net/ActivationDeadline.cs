using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// Ends a handshake that takes too long. TLS and NLA are accepted inside one library call that waits for the client without a limit, so only
/// another thread can end it: it shuts the socket down, and the call then fails like with any client that went away.
/// </summary>
internal sealed class ActivationDeadline : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private int _socket;

    public ActivationDeadline(int socket, int timeoutMillis)
    {
        _socket = socket;
        _timer = new Timer(static state => ((ActivationDeadline)state!).Pass(), this, timeoutMillis, Timeout.Infinite);
    }

    /// <summary>The client was too slow.</summary>
    public bool HasPassed { get; private set; }

    /// <summary>The client is active; or the socket is about to be closed, after which its number may be somebody else's.</summary>
    public void Dispose()
    {
        lock (_lock) _socket = -1;
        _timer.Dispose();
    }

    private void Pass()
    {
        lock (_lock)
        {
            if (_socket < 0) return;
            HasPassed = true;
            // SAFETY: the lock keeps the descriptor from being closed meanwhile.
            _ = Posix.shutdown(_socket, Posix.SHUT_RDWR);
        }
    }
}
