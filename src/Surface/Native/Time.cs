using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>time.h</summary>
static unsafe partial class Time
{
    internal const int CLOCK_MONOTONIC = 1, TIMER_ABSTIME = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct timespec
    {
        internal long tv_sec;
        internal long tv_nsec;
    }

    /// <summary>Gives the error itself, not -1.</summary>
    [LibraryImport("libc")]
    internal static partial int clock_nanosleep(int clock, int flags, timespec* request, timespec* remain);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int clock_gettime(int clock, timespec* time);
}
