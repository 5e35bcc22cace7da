using System.Net.Sockets;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// Speaks with the far end of a fresh connection before it is handed on: takes not one byte more than it was asked for, and waits with
/// <c>poll</c>, never with the runtime's asynchronous sockets (see <see cref="TcpDialer"/>). Blocks: to be used on a thread of the pool.
/// </summary>
internal sealed class Handshake(Socket socket, CancellationToken cancellationToken)
{
    private const int PollMicros = 50_000;

    /// <summary>Sends all of it.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Wait(SelectMode.SelectWrite);
            int sent = socket.Send(bytes, SocketFlags.None, out var error);
            Check(error);
            bytes = bytes[Math.Max(sent, 0)..];
        }
    }

    /// <summary>Receives exactly as much as fits.</summary>
    /// <exception cref="EndOfStreamException">The other side closed before.</exception>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public void Receive(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Receive(buffer, SocketFlags.None)..];
        }
    }

    /// <summary>Receives up to where <paramref name="endOf"/> finds the end, and nothing behind it.</summary>
    /// <param name="endOf">Length of the message in what has come so far; -1 when it is not whole.</param>
    /// <param name="bytesMax">A longer message is not waited for.</param>
    /// <returns>The message; null when it is longer than that.</returns>
    /// <exception cref="EndOfStreamException">The other side closed before.</exception>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public byte[]? ReceiveUntil(Func<byte[], int, int> endOf, int bytesMax)
    {
        byte[] message = new byte[bytesMax];
        int have = 0;
        while (have < bytesMax)
        {
            // Looked at first, so that what belongs to the next layer stays in the kernel.
            int seen = Receive(message.AsSpan(have), SocketFlags.Peek);
            int end = endOf(message, have + seen);
            Receive(message.AsSpan(have, end < 0 ? seen : end - have));
            if (end >= 0)
            {
                return message[..end];
            }

            have += seen;
        }

        return null;
    }

    private int Receive(Span<byte> buffer, SocketFlags flags)
    {
        while (true)
        {
            Wait(SelectMode.SelectRead);
            int received = socket.Receive(buffer, flags, out var error);
            Check(error);
            if (error == SocketError.Success)
            {
                return received > 0 ? received : throw new EndOfStreamException();
            }
        }
    }

    private void Wait(SelectMode mode)
    {
        while (!socket.Poll(PollMicros, mode))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static void Check(SocketError error)
    {
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new SocketException((int)error);
        }
    }
}
