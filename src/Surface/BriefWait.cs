namespace RemoteChain.Surface;

/// <summary>
/// A wait of microseconds for what another process is just doing and has announced. A process that sleeps needs 50 µs and more to be woken,
/// which is as long as decoding a key press takes: woken when it begins, it is awake when it is done.
/// <code>
///   for (var wait = BriefWait.Begin(); !done() &amp;&amp; wait.GoesOn();) { }
/// </code>
/// </summary>
/// <remarks>The bound keeps it harmless: whoever announces and does not deliver costs the other side this much processor time and nothing
/// else.</remarks>
public ref struct BriefWait
{
    /// <summary>No wait is longer.</summary>
    public const long NanosMax = 200_000;

    const int SpinsPerTurn = 16, TurnsPerYield = 4;

    static readonly bool s_hasOneProcessor = Environment.ProcessorCount == 1;

    readonly long _untilNanos;
    int _turns;

    BriefWait(long untilNanos) => _untilNanos = untilNanos;

    /// <summary>Starts the time.</summary>
    public static BriefWait Begin() => new(MonotonicClock.NowNanos() + NanosMax);

    /// <summary>Passes a fraction of a microsecond. False when the time is over, or waiting would keep the other process from working.</summary>
    public bool GoesOn()
    {
        if (s_hasOneProcessor) return false;
        Thread.SpinWait(SpinsPerTurn);
        // The other process may have been waiting for this very processor.
        if (++_turns % TurnsPerYield == 0) Thread.Yield();
        return MonotonicClock.NowNanos() < _untilNanos;
    }
}
