namespace RemoteChain.Machines;

/// <summary>
/// Ties the guest's time, which is its count of instructions, to the wall clock: never ahead of it, and behind only for a while. A guest whose
/// host is too slow, or that may not have more, finds its clock slower instead of a second of ticks to catch up with. Pure: it is told the time.
/// </summary>
/// <param name="mipsMax">Million instructions a second that the guest may run.</param>
/// <param name="nowNanos">The moment of count 0.</param>
sealed class Pace(int mipsMax, long nowNanos)
{
    /// <summary>Nanoseconds of guest time that an instruction takes: the guest's clock counts 250 million a second.</summary>
    internal const int NanosPerInstruction = 4;

    /// <summary>How far the guest's clock may be behind before what is missing is forgotten.</summary>
    internal const long LagNanosMax = 200_000_000;

    /// <summary>The tick over which the share of the processor is kept.</summary>
    internal const long TickNanos = 10_000_000;

    const long MillionsPerSecondAndNanos = 1000;

    long _baseNanos = nowNanos, _baseCount, _tickNanos = nowNanos, _tickExecuted;

    /// <summary>Million instructions a second that the guest may run.</summary>
    internal int MipsMax { get; set; } = mipsMax;

    /// <summary>The count at which the guest's clock would show this moment.</summary>
    internal long CountAt(long nanos) => _baseCount + (nanos - _baseNanos) / NanosPerInstruction;

    /// <summary>The moment at which the guest's clock may show that count.</summary>
    internal long NanosAt(long count) => _baseNanos + (count - _baseCount) * NanosPerInstruction;

    /// <summary>The guest stood still until now; its clock goes on where it was.</summary>
    internal void Resume(long count, long nanos) => (_baseCount, _baseNanos, _tickNanos) = (count, nanos, nanos);

    /// <summary>Begins a tick when one is over, and forgets a lag that has become too long.</summary>
    /// <param name="count">The guest's count now.</param>
    /// <param name="executed">Of it, what was really run.</param>
    /// <param name="nanos">Now.</param>
    /// <returns>How many instructions it may run before the tick is over.</returns>
    internal long Allowance(long count, long executed, long nanos)
    {
        if (CountAt(nanos) - count > LagNanosMax / NanosPerInstruction)
            (_baseCount, _baseNanos) = (count, nanos - LagNanosMax);
        if (nanos - _tickNanos >= TickNanos) (_tickNanos, _tickExecuted) = (nanos, executed);
        return Math.Max(0, MipsMax * TickNanos / MillionsPerSecondAndNanos - (executed - _tickExecuted));
    }

    /// <summary>When the tick is over.</summary>
    internal long TickEndNanos => _tickNanos + TickNanos;
}
