using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// A delay that was injected into this node's relaying (docs/latency.md, "Known faults"): each piece on its way to a destination waits, in
/// the thread that passes it on, and what was really waited is counted. One look at a field while it is off. Safe from any thread.
/// </summary>
public sealed class RelayHold
{
    private readonly Lock _gate = new();
    private volatile DelayDraws? _draws;
    private Inject? _set;
    private FaultAccountNanos _account;

    /// <summary>What it has done since it was set.</summary>
    public Injected Account
    {
        get
        {
            lock (_gate)
            {
                return new Injected(default, _account.Events, _account.Delayed, _account.WaitedNanos, _account.LongestNanos);
            }
        }
    }

    /// <summary>Sets or changes the delay; what is set already stays as it is. One of 0 ends it, and its account stays readable until the next.</summary>
    public void Set(Inject delay)
    {
        lock (_gate)
        {
            if (delay == _set)
            {
                return;
            }

            _set = delay;
            _account = delay.DelayNanos == 0 ? _account : default;
            _draws = delay.DelayNanos == 0 ? null : new DelayDraws(delay.DelayNanos, delay.Shape, delay.SharePermille, delay.Seed);
        }
    }

    /// <summary>One piece passes.</summary>
    internal void Wait()
    {
        if (_draws is not { } draws)
        {
            return;
        }

        long delayNanos;
        lock (_gate)
        {
            delayNanos = draws.Next();
        }

        long began = MonotonicClock.NowNanos();
        long waited = delayNanos == 0 ? 0 : MonotonicClock.WaitUntil(began + delayNanos) - began;
        lock (_gate)
        {
            _account = new FaultAccountNanos(
                _account.Events + 1, _account.Delayed + (delayNanos == 0 ? 0u : 1), _account.WaitedNanos + waited, Math.Max(_account.LongestNanos, waited));
        }
    }

    private readonly record struct FaultAccountNanos(uint Events, uint Delayed, long WaitedNanos, long LongestNanos);
}
