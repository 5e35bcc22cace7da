using System.Diagnostics;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Workers;

/// <summary>
/// One running worker: a sandboxed process and its control socket. The worker is treated as hostile: what it sends is checked, and
/// whoever breaks the protocol or stops reading is killed.
/// </summary>
public sealed class WorkerProcess : IDesktopLine
{
    /// <summary>How long a worker that was told to stop may take before it is killed.</summary>
    private static readonly TimeSpan s_stopGrace = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly ControlSocket _control;
    private readonly ResourceGroup? _bounds;
    private int _disposed;

    internal WorkerProcess(Process process, ControlSocket control, ResourceGroup? bounds, string freeRdpVersion)
    {
        _process = process;
        _control = control;
        _bounds = bounds;
        ProcessId = control.Peer.ProcessId;
        FreeRdpVersion = freeRdpVersion;
    }

    /// <summary>Version of the native library that the worker loaded.</summary>
    public string FreeRdpVersion { get; }

    /// <summary>The worker's own process id, as the node sees it (the sandbox's is its parent).</summary>
    public int ProcessId { get; }

    /// <summary>Whether the sandbox process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>
    /// Sends a message. A worker that is gone or does not read is killed; the end of <see cref="ReceiveAsync"/> tells whoever listens.
    /// </summary>
    public bool Send(ControlMessage message)
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            return false;
        }

        switch (_control.Send(message))
        {
            case ControlSend.Sent:
                return true;
            case ControlSend.Full:
                Kill();
                return false;
            default:
                return false;
        }
    }

    /// <summary>The next message; null when the worker has ended, or was ended because it broke the protocol.</summary>
    public async ValueTask<ControlMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var (outcome, message) = await _control.ReceiveAsync(cancellationToken);
        if (outcome == ControlReceive.Malformed)
        {
            Kill();
        }

        return message;
    }

    /// <summary>Ends the worker at once.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: false);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    /// <summary>Asks the worker to stop, waits a little, kills it, and reaps it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        bool asked;
        using (var stop = new Stop())
        {
            asked = _control.Send(stop) == ControlSend.Sent;
        }

        try
        {
            using var grace = new CancellationTokenSource(asked ? s_stopGrace : TimeSpan.Zero);
            await _process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _control.Dispose();
        _process.Dispose();
        if (_bounds is not null)
        {
            await _bounds.DisposeAsync();
        }
    }
}
