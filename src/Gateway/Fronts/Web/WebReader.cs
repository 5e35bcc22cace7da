using System.Buffers;
using System.Net.WebSockets;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>Reads the messages of one browser from its socket, none longer than the protocol allows.</summary>
internal static class WebReader
{
    /// <summary>Takes one WebSocket message, which holds one or more messages of the protocol.</summary>
    /// <param name="bytes">The whole message; may hold what somebody typed or copied, and is overwritten afterwards.</param>
    /// <param name="nowNanos">When it was received.</param>
    /// <returns>False when it is malformed.</returns>
    public delegate bool TakeMessage(ReadOnlySpan<byte> bytes, long nowNanos);

    /// <summary>Reads until the browser has gone, is let go, or breaks the rules.</summary>
    /// <returns>How it broke the rules; else null.</returns>
    public static async Task<string?> ReadAsync(WebSocket socket, TakeMessage take, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(WebMessage.BytesMax);
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(0, WebMessage.BytesMax), cancellationToken);
                long nowNanos = MonotonicClock.NowNanos();
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                int length = received.Count;
                while (!received.EndOfMessage && buffer[0] == (byte)WebInputKind.Clipboard && length <= WebMessage.ClipboardBytesMax)
                {
                    buffer = Grown(buffer, length);
                    received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                    length += received.Count;
                }

                if (!received.EndOfMessage || received.MessageType != WebSocketMessageType.Binary)
                {
                    return "a message that is too long or no message of this protocol";
                }

                if (!take(buffer.AsSpan(0, length), nowNanos))
                {
                    return "a message that is malformed";
                }
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            // It may hold what somebody typed or copied.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Room for one clipboard text, which is the only message that may be longer than the others.</summary>
    private static byte[] Grown(byte[] buffer, int length)
    {
        if (buffer.Length > WebMessage.ClipboardBytesMax + 1)
        {
            return buffer;
        }

        byte[] grown = ArrayPool<byte>.Shared.Rent(WebMessage.ClipboardBytesMax + 2);
        buffer.AsSpan(0, length).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return grown;
    }
}
