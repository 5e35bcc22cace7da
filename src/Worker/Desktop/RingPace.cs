namespace RemoteChain.Worker.Desktop;

/// <summary>
/// How often the bells are rung while updates come without a pause: some hosts tell a film in tiles of which hundreds come in a second, and each ring
/// wakes every front. What comes alone is rung for at once.
/// </summary>
struct RingPace
{
    /// <summary>A third of the time that a web front gathers a picture for, so that it hardly adds to that.</summary>
    internal const long PauseNanos = 4_000_000;

    long _rungNanos;
    bool _isOwed;

    /// <summary>An update was decoded. True when the bells are to be rung for it; otherwise they are owed a ring.</summary>
    internal bool Update(long nowNanos)
    {
        _isOwed = nowNanos - _rungNanos < PauseNanos;
        if (!_isOwed) _rungNanos = nowNanos;
        return !_isOwed;
    }

    /// <summary>The host says no more for now. True when the bells are to be rung.</summary>
    internal bool Pause(long nowNanos)
    {
        if (!_isOwed) return false;
        (_isOwed, _rungNanos) = (false, nowNanos);
        return true;
    }
}
