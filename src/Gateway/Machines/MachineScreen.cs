using RemoteChain.Gateway.Workers;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Machines;

/// <summary>One look at a machine: a control socket on which the machine is a desktop worker. Closing it leaves the machine as it is.</summary>
/// <param name="control">The node's end.</param>
/// <param name="processId">The machine's process.</param>
public sealed class MachineScreen(ControlSocket control, int processId) : IDesktopLine
{
    private int _disposed;

    /// <inheritdoc/>
    public int ProcessId => processId;

    /// <inheritdoc/>
    public bool Send(ControlMessage message)
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            return false;
        }

        switch (control.Send(message))
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

    /// <inheritdoc/>
    public async ValueTask<ControlMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var (_, message) = await control.ReceiveAsync(cancellationToken);
        return message;
    }

    /// <summary>Closes the line: other screens of the machine may be innocent.</summary>
    public void Kill() => DisposeAsync().AsTask();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            control.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
