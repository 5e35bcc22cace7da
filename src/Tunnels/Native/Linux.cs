using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Tunnels.Native;

/// <summary>sched.h, sys/mount.h, sys/socket.h, fcntl.h, unistd.h, signal.h, pwd.h: namespaces, mounts, and sockets inside them.</summary>
static unsafe partial class Linux
{
    internal const int CLONE_NEWNS = 0x20000, CLONE_NEWNET = 0x40000000;

    internal const nuint MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_REC = 0x4000, MS_SLAVE = 0x80000;

    internal const int AT_FDCWD = -100, AT_RECURSIVE = 0x8000;
    internal const ulong MOUNT_ATTR_RDONLY = 1;
    internal const long SYS_mount_setattr = 442, SYS_pidfd_open = 434;

    internal const int AF_INET = 2, AF_INET6 = 10;
    internal const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000;
    internal const int IPPROTO_ICMP = 1, IPPROTO_TCP = 6, IPPROTO_UDP = 17, IPPROTO_ICMPV6 = 58;

    internal const int O_RDONLY = 0, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000;
    internal const uint MFD_CLOEXEC = 1;
    internal const int SEEK_SET = 0;

    internal const int SIGINT = 2, SIGPIPE = 13;
    internal const nint SIG_IGN = 1;

    /// <summary>struct mount_attr of linux/mount.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct mount_attr
    {
        internal ulong attr_set;
        internal ulong attr_clr;
        internal ulong propagation;
        internal ulong userns_fd;
    }

    /// <summary>The head of struct passwd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct passwd
    {
        internal byte* pw_name;
        internal byte* pw_passwd;
        internal uint pw_uid;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setns(int descriptor, int kind);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mount(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long mount_setattr(long number, int directory, byte* path, uint flags, mount_attr* attributes, nuint bytes);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long pidfd_open(long number, int process, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int pipe2(int* pair, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(DescriptorHandle descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(DescriptorHandle descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(DescriptorHandle descriptor, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint signal(int number, nint handler);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial passwd* getpwnam(string name);

    [LibraryImport("libc")]
    internal static partial uint getuid();
}
