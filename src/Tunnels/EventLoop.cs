using RemoteChain.Surface;

namespace RemoteChain.Tunnels;

/// <summary>
/// The process's one thread: waits for descriptors and moments, and calls whoever wanted them, one after the other. There are at most some
/// hundred of each, so that plain lists do.
/// </summary>
sealed class EventLoop
{
    /// <summary>A wish to be called; disposed of when it is over.</summary>
    internal sealed class Wish(EventLoop loop, int descriptor, long atNanos, Action call) : IDisposable
    {
        internal int Descriptor => descriptor;

        internal long AtNanos => atNanos;

        internal bool IsOver { get; private set; }

        internal void Call() => call();

        public void Dispose()
        {
            IsOver = true;
            loop._wishes.Remove(this);
        }
    }

    const long NanosPerMilli = 1_000_000;

    readonly List<Wish> _wishes = [];
    bool _ended;

    /// <summary>Calls whenever the descriptor has something to read, or is at its end. The wish ends before the descriptor is closed.</summary>
    internal Wish WhenReadable(DescriptorHandle descriptor, Action call) => Add(descriptor.Descriptor, long.MaxValue, call);

    /// <summary>Calls once, after a time.</summary>
    internal Wish After(TimeSpan delay, Action call) =>
        Add(-1, MonotonicClock.NowNanos() + (long)(delay.TotalMilliseconds * NanosPerMilli), call);

    /// <summary>Returns from <see cref="Run"/> after the present call.</summary>
    internal void End() => _ended = true;

    /// <summary>Serves until <see cref="End"/>.</summary>
    internal void Run()
    {
        while (!_ended)
        {
            // Whoever is called may add and end wishes, so that each round works on a copy.
            Wish[] wishes = [.. _wishes];
            var polled = new PolledDescriptor[wishes.Length];
            var next = long.MaxValue;
            for (var i = 0; i < wishes.Length; i++)
            {
                polled[i] = new PolledDescriptor(wishes[i].Descriptor);
                next = Math.Min(next, wishes[i].AtNanos);
            }

            DescriptorPoll.WaitUntil(polled, next);
            var now = MonotonicClock.NowNanos();
            for (var i = 0; i < wishes.Length && !_ended; i++)
            {
                if (wishes[i].IsOver) continue;
                if (wishes[i].AtNanos <= now) wishes[i].Dispose();
                else if (!polled[i].IsReady) continue;
                wishes[i].Call();
            }
        }
    }

    Wish Add(int descriptor, long atNanos, Action call)
    {
        var wish = new Wish(this, descriptor, atNanos, call);
        _wishes.Add(wish);
        return wish;
    }
}
