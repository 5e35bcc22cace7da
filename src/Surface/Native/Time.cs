using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>time.h</summary>
static unsafe partial class Time
{
    internal const int CLOCK_MONOTONIC = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct timespec
    {
        internal long tv_sec;
        internal long tv_nsec;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int clock_gettime(int clock, timespec* time);
}
