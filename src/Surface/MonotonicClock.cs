using System.Diagnostics;

namespace RemoteChain.Surface;

/// <summary>The machine's monotonic clock, the only clock of stamps: the same in every process of one machine, sandboxed or not.</summary>
public static class MonotonicClock
{
    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    /// <remarks>On Linux <see cref="Stopwatch.GetTimestamp"/> is CLOCK_MONOTONIC in nanoseconds (a test holds it to clock_gettime), and it
    /// is
    /// reached without a P/Invoke transition.</remarks>
    public static long NowNanos() => Stopwatch.GetTimestamp();
}
