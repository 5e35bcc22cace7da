using System.Net.Sockets;

namespace RemoteChain.Surface.Control;

public sealed partial class ControlSocket
{
    readonly Lock _waiterGate = new();
    readonly byte[] _peekByte = new byte[1];
    Socket? _waiter;
    bool _disposed;

    /// <summary>Receives one message without holding a thread while waiting. One receive at a time.</summary>
    /// <returns><see cref="ControlReceive.Message"/> with the message, else never <see cref="ControlReceive.None"/>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was taken from the socket.</exception>
    public async ValueTask<(ControlReceive Outcome, ControlMessage? Message)> ReceiveAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                var outcome = ReceivePacket(out var message);
                if (outcome != ControlReceive.None) return (outcome, message);
                // A reset comes before the last messages that the other side sent, which say why it ended: look once more.
                if (!await WaitReadableAsync(ct)) return ReceivePacket(out message) is var last and not ControlReceive.None
                    ? (last, message)
                    : (ControlReceive.Closed, null);
            }
        }
        catch (ObjectDisposedException)
        {
            return (ControlReceive.Closed, null);
        }
    }

    /// <summary>The framework's socket engine cannot receive descriptors, but it can wait: it peeks one byte, and recvmsg takes the packet.
    /// Only who waits this way (the node) pays for the second descriptor and the engine.</summary>
    /// <returns>False when the socket failed.</returns>
    async ValueTask<bool> WaitReadableAsync(CancellationToken ct)
    {
        Socket waiter;
        lock (_waiterGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            waiter = _waiter ??= new Socket(new SafeSocketHandle(Handle.Duplicate().Detach(), ownsHandle: true));
        }
        try
        {
            await waiter.ReceiveAsync(_peekByte, SocketFlags.Peek, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    void EndWaiting()
    {
        lock (_waiterGate)
        {
            _disposed = true;
            _waiter?.Dispose();
        }
    }
}
