using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Workers;

/// <summary>The node's line to whoever writes a session's desktop: a worker's process, or a screen of an emulated machine.</summary>
public interface IDesktopLine : IAsyncDisposable
{
    /// <summary>The process at the other end.</summary>
    int ProcessId { get; }

    /// <summary>Sends a message.</summary>
    bool Send(ControlMessage message);

    /// <summary>The next message; null when the line has ended.</summary>
    ValueTask<ControlMessage?> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Ends it at once: the other side broke the protocol.</summary>
    void Kill();
}
