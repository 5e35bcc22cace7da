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
                await WaitReadableAsync(ct);
            }
        }
        catch (SocketException)
        {
            // A reset comes before the last messages that the other side sent: they say why it ended.
            var outcome = ReceivePacket(out var message);
            return outcome == ControlReceive.None ? (ControlReceive.Closed, null) : (outcome, message);
        }
        catch (ObjectDisposedException)
        {
            return (ControlReceive.Closed, null);
        }
    }

    /// <summary>The framework's socket engine cannot receive descriptors, but it can wait: it peeks one byte, and recvmsg takes the packet.
    /// Only who waits this way (the node) pays for the second descriptor and the engine.</summary>
    async ValueTask WaitReadableAsync(CancellationToken ct)
    {
        Socket waiter;
        lock (_waiterGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            waiter = _waiter ??= new Socket(new SafeSocketHandle(Handle.Duplicate().Detach(), ownsHandle: true));
        }
        await waiter.ReceiveAsync(_peekByte, SocketFlags.Peek, ct);
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
