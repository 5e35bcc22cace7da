using System.Runtime.InteropServices;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>One descriptor of a <see cref="DescriptorPoll"/>; laid out as struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PolledDescriptor(int descriptor, short wanted = PolledDescriptor.Readable)
{
    /// <summary>POLLIN.</summary>
    public const short Readable = 1;

    /// <summary>POLLOUT.</summary>
    public const short Writable = 4;

    /// <summary>The descriptor; a negative one is skipped.</summary>
    public int Descriptor = descriptor;

    /// <summary>What to wait for.</summary>
    public short Wanted = wanted;

    /// <summary>What happened (also errors and hang-ups that nobody asked for); 0 = nothing.</summary>
    public short Happened;

    /// <summary>True when anything happened, hang-up and error included.</summary>
    public readonly bool IsReady => Happened != 0;
}

/// <summary>poll(2) for a worker's one loop: bells, the control socket and the native library's descriptors together.</summary>
public static unsafe class DescriptorPoll
{
    /// <summary>Waits until at least one descriptor is ready; an interrupting signal does not end the wait early.</summary>
    /// <param name="descriptors">What to wait for; <see cref="PolledDescriptor.Happened"/> is filled in.</param>
    /// <param name="timeoutMillis">-1 = without end.</param>
    /// <returns>How many are ready; 0 at the timeout.</returns>
    /// <exception cref="IOException">The kernel refused (more descriptors than the process may have).</exception>
    public static int Wait(Span<PolledDescriptor> descriptors, int timeoutMillis)
    {
        var deadlineNanos = timeoutMillis < 0 ? long.MaxValue : MonotonicClock.NowNanos() + timeoutMillis * NanosPerMilli;
        // SAFETY: the span is pinned for the call and its length is passed along.
        fixed (PolledDescriptor* first = descriptors)
        {
            for (var wait = timeoutMillis; ; wait = RemainingMillis(timeoutMillis, deadlineNanos))
            {
                var ready = Poll.poll(first, (nuint)descriptors.Length, wait);
                if (ready >= 0) return ready;
                if (Errno.Number != Errno.EINTR) throw Errno.Last("poll");
            }
        }
    }

    /// <summary>Waits until at least one descriptor is ready or the moment has come; how exactly is the thread's timer slack.</summary>
    /// <param name="descriptors">What to wait for; <see cref="PolledDescriptor.Happened"/> is filled in.</param>
    /// <param name="untilNanos">On <see cref="MonotonicClock"/>; <see cref="long.MaxValue"/> = without end.</param>
    /// <returns>How many are ready; 0 when the moment came first, or a signal.</returns>
    public static int WaitUntil(Span<PolledDescriptor> descriptors, long untilNanos)
    {
        var (seconds, nanos) = Math.DivRem(Math.Max(0, untilNanos - MonotonicClock.NowNanos()), NanosPerMilli * 1000);
        var left = new Time.timespec { tv_sec = seconds, tv_nsec = nanos };
        // SAFETY: the span is pinned for the call and its length is passed along; the time lives in this frame.
        fixed (PolledDescriptor* first = descriptors)
        {
            var ready = Poll.ppoll(first, (nuint)descriptors.Length, untilNanos == long.MaxValue ? null : &left, null);
            return ready >= 0 ? ready : Errno.Number == Errno.EINTR ? 0 : throw Errno.Last("ppoll");
        }
    }

    const long NanosPerMilli = 1_000_000;

    static int RemainingMillis(int timeoutMillis, long deadlineNanos) =>
        timeoutMillis < 0 ? -1 : (int)Math.Max(0, (deadlineNanos - MonotonicClock.NowNanos()) / NanosPerMilli);
}
