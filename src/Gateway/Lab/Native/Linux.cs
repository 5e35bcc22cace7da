using System.Runtime.InteropServices;

namespace RemoteChain.Gateway.Lab.Native;

/// <summary>What the relay needs of the kernel: fcntl.h, unistd.h, sys/ioctl.h, sys/prctl.h, sched.h, signal.h. Byte arrays instead of pointers, because the
/// node has no unsafe code; the runtime pins them for the call.</summary>
static class Linux
{
    internal const int PR_SET_TIMERSLACK = 29;
    internal const int SCHED_FIFO = 1;
    internal const int O_RDWR = 2, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000;
    internal const int SIGSTOP = 19, SIGCONT = 18;

    /// <summary>linux/if_tun.h: _IOW('T', 202, int).</summary>
    internal const ulong TUNSETIFF = 0x400454CA;

    internal const short IFF_TUN = 1, IFF_NO_PI = 0x1000;

    internal const int IFNAMSIZ = 16, IfreqBytes = 40;

    [DllImport("libc", SetLastError = true)]
    internal static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    internal static extern int ioctl(int descriptor, ulong request, byte[] ifreq);

    [DllImport("libc", SetLastError = true)]
    internal static extern nint read(int descriptor, ref byte first, nint count);

    [DllImport("libc", SetLastError = true)]
    internal static extern nint write(int descriptor, ref byte first, nint count);

    /// <summary>struct sched_param is one number.</summary>
    [DllImport("libc", SetLastError = true)]
    internal static extern int sched_setscheduler(int thread, int policy, ref int priority);

    [DllImport("libc")]
    internal static extern int prctl(int option, ulong value);

    [DllImport("libc", SetLastError = true)]
    internal static extern int kill(int process, int signal);
}
