using System.Text;
using RemoteChain.Surface.Native;

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

/// <summary>One end of a control connection: a SOCK_SEQPACKET UNIX socket, one message per packet, descriptors attached. Nothing here
/// blocks
/// except <see cref="Receive"/> for as long as it is told to. One thread may send while another receives.</summary>
/// <remarks>This file holds connecting and blocking; <c>ControlSocket.Async.cs</c> waiting without a thread;
/// <c>ControlSocket.Packets.cs</c> what
/// crosses the kernel.</remarks>
public sealed unsafe partial class ControlSocket : IDisposable
{
    /// <summary>Largest packet.</summary>
    public const int PacketBytesMax = 64 * 1024;

    /// <summary>Most descriptors on one message.</summary>
    public const int DescriptorsMax = 10;

    /// <summary>Takes a connected socket over.</summary>
    public ControlSocket(DescriptorHandle socket) => Handle = socket;

    /// <summary>Connects to a listening socket's path.</summary>
    /// <exception cref="IOException">Nobody listens there, or the path is too long.</exception>
    public static ControlSocket Connect(string path)
    {
        SysSocket.sockaddr_un address = new() { sun_family = SysSocket.AF_UNIX };
        var pathBytes = Encoding.UTF8.GetBytes(path);
        if (pathBytes.Length >= SysSocket.UnixPathBytes) throw new IOException("The control socket's path is too long for a UNIX socket.");
        // SAFETY: the path is shorter than the array, whose last byte stays the closing NUL.
        pathBytes.CopyTo(new Span<byte>(address.sun_path, SysSocket.UnixPathBytes));
        var descriptor = SysSocket.socket(SysSocket.AF_UNIX, SysSocket.SOCK_SEQPACKET | SysSocket.SOCK_CLOEXEC, 0);
        if (descriptor < 0) throw Errno.Last("socket");
        var socket = new DescriptorHandle(descriptor);
        // SAFETY: the kernel reads one local struct of the length that is passed along.
        if (SysSocket.connect(descriptor, &address, (uint)sizeof(SysSocket.sockaddr_un)) == 0) return new ControlSocket(socket);
        var error = Errno.Last("connect");
        socket.Dispose();
        throw error;
    }

    /// <summary>Two connected ends, without a path.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static (ControlSocket Here, ControlSocket There) CreatePair()
    {
        var pair = stackalloc int[2];
        // SAFETY: the kernel fills in two integers.
        if (SysSocket.socketpair(SysSocket.AF_UNIX, SysSocket.SOCK_SEQPACKET | SysSocket.SOCK_CLOEXEC, 0, pair) != 0) throw Errno.Last("socketpair");
        return (new(new DescriptorHandle(pair[0])), new(new DescriptorHandle(pair[1])));
    }

    /// <summary>The socket, to poll (readable = a message or the end).</summary>
    public DescriptorHandle Handle { get; }

    /// <summary>The process at the other end when it connected.</summary>
    /// <exception cref="IOException">The socket is not a UNIX socket.</exception>
    public PeerCredentials Peer
    {
        get
        {
            SysSocket.ucred peer;
            var length = (uint)sizeof(SysSocket.ucred);
            // SAFETY: the kernel fills in one local struct of the length that is passed along.
            if (SysSocket.getsockopt(Handle.Descriptor, SysSocket.SOL_SOCKET, SysSocket.SO_PEERCRED, &peer, &length) != 0)
                throw Errno.Last("getsockopt(SO_PEERCRED)");
            return new(peer.pid, peer.uid, peer.gid);
        }
    }

    /// <summary>Receives one message.</summary>
    /// <param name="message">The message when <see cref="ControlReceive.Message"/>; the caller disposes of it.</param>
    /// <param name="timeoutMillis">0 = only what is there, -1 = wait without end.</param>
    public ControlReceive Receive(out ControlMessage? message, int timeoutMillis)
    {
        var outcome = ReceivePacket(out message);
        if (outcome != ControlReceive.None || timeoutMillis == 0) return outcome;
        var polled = new PolledDescriptor(Handle.Descriptor);
        return DescriptorPoll.Wait(new Span<PolledDescriptor>(ref polled), timeoutMillis) == 0 ? ControlReceive.None : ReceivePacket(out message);
    }

    /// <summary>Ends every wait and closes the socket.</summary>
    public void Dispose()
    {
        EndWaiting();
        Handle.Dispose();
    }
}
