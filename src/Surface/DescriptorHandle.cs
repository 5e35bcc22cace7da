using Microsoft.Win32.SafeHandles;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>An owned file descriptor: closed exactly once, whatever happens.</summary>
public sealed unsafe class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    /// <summary>Takes ownership of <paramref name="descriptor"/>.</summary>
    public DescriptorHandle(int descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number, to be used only while this handle is alive.</summary>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public int Descriptor
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed || IsInvalid, this);
            return (int)handle;
        }
    }

    /// <summary>Gives the descriptor away: the caller closes it from now on (a native library that takes the socket over).</summary>
    public int Detach()
    {
        var descriptor = Descriptor;
        SetHandleAsInvalid();
        return descriptor;
    }

    /// <summary>A second descriptor for the same open file, close-on-exec.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public DescriptorHandle Duplicate() => new(Fcntl.DuplicateCloseOnExec(Descriptor));

    /// <summary>A descriptor of our own for the open file of another handle (a framework socket), close-on-exec.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static DescriptorHandle DuplicateOf(System.Runtime.InteropServices.SafeHandle other)
    {
        var added = false;
        try
        {
            other.DangerousAddRef(ref added);
            return new(Fcntl.DuplicateCloseOnExec((int)other.DangerousGetHandle()));
        }
        finally
        {
            if (added) other.DangerousRelease();
        }
    }

    /// <summary>Two connected ends of a stream, close-on-exec, without a path.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static (DescriptorHandle Here, DescriptorHandle There) CreateStreamPair()
    {
        var pair = stackalloc int[2];
        // SAFETY: the kernel fills in two integers.
        if (SysSocket.socketpair(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM | SysSocket.SOCK_CLOEXEC, 0, pair) != 0) throw Errno.Last("socketpair");
        return (new(pair[0]), new(pair[1]));
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Unistd.close((int)handle) == 0;
}
