using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace FreeRdp.Native;

/// <summary>winpr/wtypes.h: an int that is zero or not zero.</summary>
internal readonly struct BOOL(int value)
{
    private readonly int _value = value;

    public static readonly BOOL TRUE = new(1);
    public static readonly BOOL FALSE = new(0);

    public static implicit operator bool(BOOL value) => value._value != 0;

    public static implicit operator BOOL(bool value) => new(value ? 1 : 0);
}

/// <summary>winpr/stream.h.</summary>
[NativeStruct("wStream", "winpr/stream.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct wStream
{
    [FieldOffset(0)] public byte* buffer;
    [FieldOffset(8)] public byte* pointer;
    [FieldOffset(16)] public nuint length;
    [FieldOffset(24)] public nuint capacity;
}

/// <summary>winpr/synch.h and winpr/handle.h. A HANDLE is an <see langword="nint"/>; zero and minus one are invalid.</summary>
[NativeHeader("winpr/synch.h")]
internal static unsafe partial class Synch
{
    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial nint CreateEventA(void* lpEventAttributes, BOOL bManualReset, BOOL bInitialState, byte* lpName);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial BOOL SetEvent(nint hEvent);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial BOOL ResetEvent(nint hEvent);

    /// <summary>The descriptor that becomes readable when the handle is signalled, or -1. It stays the handle's.</summary>
    [LibraryImport(FreeRdpLibrary.Winpr)]
    [SuppressGCTransition]
    public static partial int GetEventFileDescriptor(nint hEvent);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial nint CreateFileDescriptorEventA(
        void* lpEventAttributes, BOOL bManualReset, BOOL bInitialState, int FileDescriptor, uint mode);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial uint WaitForSingleObject(nint hHandle, uint dwMilliseconds);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial uint WaitForMultipleObjects(uint nCount, nint* lpHandles, BOOL bWaitAll, uint dwMilliseconds);
}

[NativeHeader("winpr/handle.h")]
internal static unsafe partial class Handle
{
    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial BOOL CloseHandle(nint hObject);
}

[NativeHeader("winpr/stream.h")]
internal static unsafe partial class Stream
{
    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial wStream* Stream_New(byte* buffer, nuint size);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial void Stream_Free(wStream* s, BOOL bFreeBuffer);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial BOOL Stream_EnsureCapacity(wStream* s, nuint size);

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial BOOL Stream_EnsureRemainingCapacity(wStream* s, nuint size);
}

[NativeHeader("winpr/ssl.h")]
internal static partial class Ssl
{
    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial BOOL winpr_InitializeSSL(uint flags);
}

[NativeHeader("winpr/wlog.h")]
internal static unsafe partial class WLog
{
    public const uint WLOG_OFF = 6;

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial void* WLog_GetRoot();

    [LibraryImport(FreeRdpLibrary.Winpr)]
    public static partial BOOL WLog_SetLogLevel(void* log, uint logLevel);
}

/// <summary>winpr/collections.h. Handlers are <c>void (void* context, const wEventArgs* e)</c>.</summary>
[NativeHeader("winpr/collections.h")]
internal static unsafe partial class PubSub
{
    /// <summary>Variadic in C with exactly one handler in use, which every ABI of Linux passes like a named argument.</summary>
    [LibraryImport(FreeRdpLibrary.Winpr, StringMarshalling = StringMarshalling.Utf8)]
    [NotChecked("variadic")]
    public static partial int PubSub_Subscribe(void* pubSub, string EventName, void* handler);

    [LibraryImport(FreeRdpLibrary.Winpr, StringMarshalling = StringMarshalling.Utf8)]
    [NotChecked("variadic")]
    public static partial int PubSub_Unsubscribe(void* pubSub, string EventName, void* handler);
}

/// <summary>libc calls that the wrapper makes itself.</summary>
internal static unsafe partial class Posix
{
    public const short POLLIN = 1;
    public const short POLLOUT = 4;
    public const int EINTR = 4;
    public const int CLOCK_REALTIME = 0;
    public const int CLOCK_MONOTONIC = 1;
    public const int SOL_SOCKET = 1;
    public const int SO_TIMESTAMPNS = 35;
    public const int IPPROTO_TCP = 6;
    public const int TCP_NODELAY = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long tv_sec;
        public long tv_nsec;

        public readonly long Nanos => (tv_sec * 1_000_000_000L) + tv_nsec;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public void* iov_base;
        public nuint iov_len;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* msg_name;
        public uint msg_namelen;
        public IoVector* msg_iov;
        public nuint msg_iovlen;
        public void* msg_control;
        public nuint msg_controllen;
        public int msg_flags;
    }

    /// <summary>struct cmsghdr; its data follow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ControlHeader
    {
        public nuint cmsg_len;
        public int cmsg_level;
        public int cmsg_type;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollFd* fds, nuint nfds, int timeout);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    public static partial int clock_gettime(int clock, TimeSpec* time);

    [LibraryImport("libc")]
    public static partial void free(void* memory);

    /// <summary>glibc: gives free memory at the ends of heaps back to the system.</summary>
    [LibraryImport("libc")]
    public static partial int malloc_trim(nuint pad);

    public const int SHUT_RDWR = 2;

    [LibraryImport("libc")]
    public static partial int shutdown(int socket, int how);

    public const int MSG_PEEK = 2, MSG_DONTWAIT = 0x40;

    [LibraryImport("libc")]
    public static partial nint recv(int socket, void* buffer, nuint length, int flags);

    [LibraryImport("libc")]
    public static partial nint recvmsg(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc")]
    public static partial int close(int descriptor);

    [LibraryImport("libc")]
    public static partial int setsockopt(int socket, int level, int name, void* value, uint length);

    /// <summary>CLOCK_MONOTONIC in nanoseconds: the clock of every stamp.</summary>
    public static long MonotonicNanos() => NowNanos(CLOCK_MONOTONIC);

    /// <summary>CLOCK_REALTIME in nanoseconds: the clock of the kernel's stamps.</summary>
    public static long RealtimeNanos() => NowNanos(CLOCK_REALTIME);

    private static long NowNanos(int clock)
    {
        TimeSpec now;
        // SAFETY: writes one TimeSpec on this stack frame.
        _ = clock_gettime(clock, &now);
        return now.Nanos;
    }
}
