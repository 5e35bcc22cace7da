using System.Runtime.CompilerServices;
using RemoteChain.Surface.Control;

namespace RemoteChain.Surface;

/// <summary>
/// A delay that the node has injected into one stage (docs/latency.md, "Known faults"). It waits in the thread that the stage runs in, as
/// real work would, and counts what it really waited. One predictable branch while it is off.
/// </summary>
public sealed class StageDelay(FaultStage stage)
{
    Inject _set = new(stage, 0, DelayShape.Constant, Inject.PermilleMax, 0);
    DelayDraws? _draws;
    uint _events, _delayed;
    long _waitedNanos, _longestNanos;

    /// <summary>What it has done since it was set. Whoever knows this knows the fault, without any stamp of the stages.</summary>
    public Injected Account => new(stage, _events, _delayed, _waitedNanos, _longestNanos);

    /// <summary>Sets, changes or ends (0) the delay; what is set already stays as it is, with its account.</summary>
    public void Set(Inject inject)
    {
        if (inject == _set) return;
        _set = inject;
        _draws = inject.DelayNanos == 0 ? null : new DelayDraws(inject.DelayNanos, inject.Shape, inject.SharePermille, inject.Seed);
        // The account of a delay that has ended stays readable until the next one begins.
        if (_draws is not null) (_events, _delayed, _waitedNanos, _longestNanos) = (0, 0, 0, 0);
    }

    /// <summary>One event passes the stage.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Wait()
    {
        if (_draws is not null) Hold(_draws);
    }

    void Hold(DelayDraws draws)
    {
        _events++;
        var nanos = draws.Next();
        if (nanos == 0) return;
        var began = MonotonicClock.NowNanos();
        var waited = MonotonicClock.WaitUntil(began + nanos) - began;
        _delayed++;
        _waitedNanos += waited;
        _longestNanos = Math.Max(_longestNanos, waited);
    }
}
