namespace RemoteChain.Surface;

/// <summary>A reader's bounded wait for the writer: spins first, sleeps later, and tells a busy writer from a stalled one.</summary>
struct WriterWait(long boundNanos)
{
    SpinWait _spin;
    long _deadlineNanos;
    long _stalledSinceNanos;
    ulong _counter;

    /// <summary>Waits a moment.</summary>
    /// <param name="counter">The sequence counter that was in the way.</param>
    /// <param name="outcome">Set when the bound is reached.</param>
    /// <returns>False when the bound is reached.</returns>
    internal bool Once(ulong counter, out SurfaceRead outcome)
    {
        outcome = SurfaceRead.WriterBusy;
        var now = MonotonicClock.NowNanos();
        if (_deadlineNanos == 0) _deadlineNanos = now + boundNanos;
        if (_stalledSinceNanos == 0 || counter != _counter) _stalledSinceNanos = now;
        _counter = counter;
        if (now >= _deadlineNanos)
        {
            // Inside and motionless for at least half of the wait: it is not coming back by itself.
            if ((counter & 1) != 0 && now - _stalledSinceNanos >= boundNanos / 2) outcome = SurfaceRead.WriterStalled;
            return false;
        }
        _spin.SpinOnce();
        return true;
    }
}
