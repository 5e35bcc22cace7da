using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>sys/resource.h</summary>
static unsafe partial class SysResource
{
    internal const int RLIMIT_DATA = 2, RLIMIT_CORE = 4, RLIMIT_NOFILE = 7;

    [StructLayout(LayoutKind.Sequential)]
    internal struct rlimit
    {
        internal ulong rlim_cur;
        internal ulong rlim_max;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getrlimit(int resource, rlimit* limit);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setrlimit(int resource, rlimit* limit);
}
