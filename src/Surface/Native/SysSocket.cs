using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>sys/socket.h, with the struct sockaddr_un of sys/un.h and the struct iovec of sys/uio.h (64-bit Linux layouts).</summary>
static unsafe partial class SysSocket
{
    internal const int AF_UNIX = 1, SOCK_STREAM = 1, SOCK_SEQPACKET = 5, SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1, SCM_RIGHTS = 1, SO_PEERCRED = 17;
    internal const int SHUT_WR = 1, SHUT_RDWR = 2;
    internal const int MSG_CTRUNC = 0x8, MSG_TRUNC = 0x20, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000;

    /// <summary>Length of sun_path, its closing NUL included.</summary>
    internal const int UnixPathBytes = 108;

    [StructLayout(LayoutKind.Sequential)]
    internal struct iovec
    {
        internal void* iov_base;
        internal nuint iov_len;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct msghdr
    {
        internal void* msg_name;
        internal uint msg_namelen;
        internal iovec* msg_iov;
        internal nuint msg_iovlen;
        internal void* msg_control;
        internal nuint msg_controllen;
        internal int msg_flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct cmsghdr
    {
        internal nuint cmsg_len;
        internal int cmsg_level;
        internal int cmsg_type;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct sockaddr_un
    {
        internal ushort sun_family;
        internal fixed byte sun_path[UnixPathBytes];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ucred
    {
        internal int pid;
        internal uint uid;
        internal uint gid;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socketpair(int domain, int type, int protocol, int* pair);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int connect(int descriptor, sockaddr_un* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getsockopt(int descriptor, int level, int option, void* value, uint* length);

    // A handle, not a number: another thread may close the socket meanwhile, and the number would then be somebody else's.
    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint sendmsg(DescriptorHandle socket, msghdr* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint recvmsg(DescriptorHandle socket, msghdr* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(DescriptorHandle socket, void* buffer, nuint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(DescriptorHandle socket, void* buffer, nuint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(DescriptorHandle socket, int how);

    /// <summary>recv, again after a signal.</summary>
    internal static nint Receive(DescriptorHandle socket, Span<byte> buffer)
    {
        // SAFETY: the span is pinned for the call and its length is passed along.
        fixed (byte* first = buffer)
        {
            nint read;
            while ((read = recv(socket, first, (nuint)buffer.Length, 0)) < 0 && Errno.Number == Errno.EINTR)
            {
            }

            return read;
        }
    }

    /// <summary>send, again after a signal; a peer that has gone is an error and no signal.</summary>
    internal static nint Send(DescriptorHandle socket, ReadOnlySpan<byte> buffer)
    {
        // SAFETY: the span is pinned for the call and its length is passed along.
        fixed (byte* first = buffer)
        {
            nint written;
            while ((written = send(socket, first, (nuint)buffer.Length, MSG_NOSIGNAL)) < 0 && Errno.Number == Errno.EINTR)
            {
            }

            return written;
        }
    }

    /// <summary>shutdown; what is over already is no error.</summary>
    internal static void Shutdown(DescriptorHandle socket, int how)
    {
        try
        {
            _ = shutdown(socket, how);
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread meanwhile.
        }
    }

    /// <summary>Two connected stream sockets, close-on-exec.</summary>
    internal static (DescriptorHandle First, DescriptorHandle Second) StreamPair()
    {
        int* pair = stackalloc int[2];
        // SAFETY: room for the two numbers that the call writes.
        return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0
            ? (new DescriptorHandle(pair[0]), new DescriptorHandle(pair[1])) : throw Errno.Last("socketpair");
    }
}
