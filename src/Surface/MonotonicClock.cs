using System.Diagnostics;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>The machine's monotonic clock, the only clock of stamps: the same in every process of one machine, sandboxed or not.</summary>
public static class MonotonicClock
{
    /// <summary>The last part of a wait is spent looking at the clock: the kernel wakes a thread up to its timer slack late (50 µs unless set
    /// otherwise), and an idle processor takes some more.</summary>
    const long SpinNanos = 120_000;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    /// <remarks>On Linux <see cref="Stopwatch.GetTimestamp"/> is CLOCK_MONOTONIC in nanoseconds (a test holds it to clock_gettime), and it
    /// is
    /// reached without a P/Invoke transition.</remarks>
    public static long NowNanos() => Stopwatch.GetTimestamp();

    /// <summary>Waits in this thread until a moment, to within microseconds when a processor is free. Sleeps first and only looks at the clock
    /// at the end, so it costs a processor at most a tenth of a millisecond. For injected faults; nothing else should wait for time.</summary>
    /// <returns>The moment at which it went on, in nanoseconds.</returns>
    public static unsafe long WaitUntil(long nanos)
    {
        long now;
        while (nanos - (now = NowNanos()) > SpinNanos)
        {
            var (seconds, rest) = Math.DivRem(nanos - SpinNanos, 1_000_000_000);
            var until = new Time.timespec { tv_sec = seconds, tv_nsec = rest };
            // SAFETY: the request lives in this frame; an absolute sleep that a signal ends early begins anew above.
            _ = Time.clock_nanosleep(Time.CLOCK_MONOTONIC, Time.TIMER_ABSTIME, &until, null);
        }
        while (now < nanos)
        {
            Thread.SpinWait(8);
            now = NowNanos();
        }
        return now;
    }
}
