using System.Net.Sockets;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>
/// A connected stream socket for threads that wait in the kernel: one may read while another writes. It is never registered with the
/// runtime's epoll, so that whoever waits is woken by the packet itself and not by another thread.
/// </summary>
/// <remarks>The mode (blocking) belongs to the open file: another process that holds the same connection sees it, too.</remarks>
public sealed class SocketStream : Stream
{
    private readonly DescriptorHandle _handle;
    private long _lastReadNanos;

    /// <summary>Takes ownership.</summary>
    public SocketStream(DescriptorHandle handle)
    {
        _handle = handle;
        int flags = Fcntl.fcntl(handle.Descriptor, Fcntl.F_GETFL, 0);
        if (flags < 0 || Fcntl.fcntl(handle.Descriptor, Fcntl.F_SETFL, flags & ~Fcntl.O_NONBLOCK) < 0)
        {
            throw Errno.Last("fcntl(F_SETFL)");
        }
    }

    /// <summary>When the newest bytes were taken from the kernel, on <see cref="MonotonicClock"/>; 0 before the first.</summary>
    public long LastReadNanos => Volatile.Read(ref _lastReadNanos);

    /// <summary>Whether a write would begin at once.</summary>
    public bool IsWritable
    {
        get
        {
            Span<PolledDescriptor> polled = [new PolledDescriptor(_handle.Descriptor, PolledDescriptor.Writable)];
            return DescriptorPoll.Wait(polled, 0) > 0 && (polled[0].Happened & PolledDescriptor.Writable) != 0;
        }
    }

    /// <summary>Whether the other side is gone in both directions, and has not merely finished sending.</summary>
    public bool IsHungUp
    {
        get
        {
            Span<PolledDescriptor> polled = [new PolledDescriptor(_handle.Descriptor, 0)];
            return DescriptorPoll.Wait(polled, 0) > 0;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes over the connection of a framework socket, which is closed and must not be used any more.</summary>
    public static SocketStream Take(Socket socket)
    {
        using (socket)
        {
            return new SocketStream(DescriptorHandle.DuplicateOf(socket.SafeHandle));
        }
    }

    /// <summary>Two ends of a connection inside the machine.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static (SocketStream Ours, Socket Theirs) Pair()
    {
        var (ours, theirs) = SysSocket.StreamPair();
        return (new SocketStream(ours), new Socket(new SafeSocketHandle(theirs.Detach(), ownsHandle: true)));
    }

    /// <summary>Waits for bytes. 0 = the other side has finished.</summary>
    /// <exception cref="IOException">The connection broke, or was ended by <see cref="Abort"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        nint read = SysSocket.Receive(_handle, buffer);
        Volatile.Write(ref _lastReadNanos, MonotonicClock.NowNanos());
        return read >= 0 ? (int)read : throw Errno.Last("recv");
    }

    /// <summary>Waits until the kernel has taken all bytes.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = SysSocket.Send(_handle, buffer);
            if (written < 0)
            {
                throw Errno.Last("send");
            }

            buffer = buffer[(int)written..];
        }
    }

    /// <summary>Tells the other side that nothing more comes.</summary>
    public void FinishWriting() => SysSocket.Shutdown(_handle, SysSocket.SHUT_WR);

    /// <summary>Ends the connection in both directions: whoever waits in a read or write comes back. Safe from any thread, also twice.</summary>
    public void Abort() => SysSocket.Shutdown(_handle, SysSocket.SHUT_RDWR);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Abort();
            _handle.Dispose();
        }

        base.Dispose(disposing);
    }
}
