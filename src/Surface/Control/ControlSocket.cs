namespace RemoteChain.Surface.Control;

/// <summary>Outcome of sending a message.</summary>
public enum ControlSend
{
    /// <summary>It is on its way.</summary>
    Sent,

    /// <summary>The other side does not read and the kernel's queue is full: treat the worker as hanging.</summary>
    Full,

    /// <summary>The other side is gone.</summary>
    Closed,
}

/// <summary>Outcome of receiving a message.</summary>
public enum ControlReceive
{
    /// <summary>A message.</summary>
    Message,

    /// <summary>Nothing within the time.</summary>
    None,

    /// <summary>The other side is gone.</summary>
    Closed,

    /// <summary>Bytes that are no message: end the worker. Descriptors that came along are closed.</summary>
    Malformed,
}

/// <summary>Who is at the other end of a socket, as the kernel knows it.</summary>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId);

/// <summary>One end of a control connection: a SOCK_SEQPACKET UNIX socket, one message per packet, descriptors attached. Nothing here blocks
/// except <see cref="Receive"/> for as long as it is told to. One thread may send while another receives.</summary>
public sealed class ControlSocket : IDisposable
{
    /// <summary>Largest packet.</summary>
    public const int PacketBytesMax = 64 * 1024;

    /// <summary>Most descriptors on one message.</summary>
    public const int DescriptorsMax = 8;

    /// <summary>Takes a connected socket over.</summary>
    public ControlSocket(DescriptorHandle socket) => throw new NotImplementedException();

    /// <summary>Connects to a listening socket's path.</summary>
    /// <exception cref="IOException">Nobody listens there, or the path is too long.</exception>
    public static ControlSocket Connect(string path) => throw new NotImplementedException();

    /// <summary>Two connected ends, without a path.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static (ControlSocket Here, ControlSocket There) CreatePair() => throw new NotImplementedException();

    /// <summary>The socket, to poll (readable = a message or the end).</summary>
    public DescriptorHandle Handle => throw new NotImplementedException();

    /// <summary>The process at the other end when it connected.</summary>
    public PeerCredentials Peer => throw new NotImplementedException();

    /// <summary>Sends a message with its descriptors; never waits. The caller keeps (and closes) its own descriptors.</summary>
    /// <exception cref="ArgumentException">The message is larger than a packet.</exception>
    public ControlSend Send(ControlMessage message) => throw new NotImplementedException();

    /// <summary>Receives one message.</summary>
    /// <param name="message">The message when <see cref="ControlReceive.Message"/>; the caller disposes of it.</param>
    /// <param name="timeoutMillis">0 = only what is there, -1 = wait without end.</param>
    public ControlReceive Receive(out ControlMessage? message, int timeoutMillis) => throw new NotImplementedException();

    /// <summary>Receives one message without holding a thread while waiting. One receive at a time.</summary>
    /// <returns><see cref="ControlReceive.Message"/> with the message, else never <see cref="ControlReceive.None"/>.</returns>
    public ValueTask<(ControlReceive Outcome, ControlMessage? Message)> ReceiveAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
