namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// Decides which point of the way to a host is down: no clock, no I/O; <see cref="PathWatch"/> feeds it. An echo that stays away proves
/// nothing, because any firewall may swallow it. So a point is named only when it used to answer, when the session's own connection waits
/// for its peer in vain meanwhile, and when every point in front of it still answers.
/// </summary>
public sealed class PathJudge
{
    /// <summary>The connection must have waited so long without any segment from its peer.</summary>
    public const long WaitNanosMin = 800_000_000;

    /// <summary>And so many of its own round trips, for long ways.</summary>
    public const int WaitRoundTrips = 4;

    /// <summary>A connection that has waited this long is in doubt: it is time to ask who answers.</summary>
    public const long DoubtNanos = 200_000_000;

    /// <summary>A single echo may get lost.</summary>
    public const int SilentMin = 2;

    private readonly Point[] _points;
    private (long Acknowledged, long Received) _progress;
    private long? _waitingSinceNanos;
    private long _roundTripNanos;

    /// <summary>Begins.</summary>
    /// <param name="used">For every point, from the user's side to the far end, whether it ever answered in this session.</param>
    public PathJudge(IEnumerable<bool> used) => _points = [.. used.Select(answered => new Point { Answered = answered })];

    /// <summary>What the kernel says of the connection.</summary>
    /// <param name="atNanos">When.</param>
    /// <param name="acknowledged">Segments acknowledged so far.</param>
    /// <param name="received">Segments received so far.</param>
    /// <param name="waits">Whether the peer owes an acknowledgement.</param>
    /// <param name="roundTripNanos">How long one usually takes.</param>
    public void Saw(long atNanos, long acknowledged, long received, bool waits, long roundTripNanos)
    {
        if ((acknowledged, received) != _progress)
        {
            _progress = (acknowledged, received);
            _waitingSinceNanos = null;
            Array.ForEach(_points, point => (point.Silent, point.AnsweredNanos) = (0, long.MinValue));
        }

        _roundTripNanos = roundTripNanos;
        _waitingSinceNanos = waits ? _waitingSinceNanos ?? atNanos : null;
    }

    /// <summary>A point answered what it was asked then.</summary>
    public void Answered(int point, long askedNanos) =>
        (_points[point].Answered, _points[point].AnsweredNanos, _points[point].Silent) = (true, askedNanos, 0);

    /// <summary>A point did not answer in time what it was asked then.</summary>
    public void Silent(int point, long askedNanos)
    {
        if (_waitingSinceNanos is { } since && askedNanos >= since)
        {
            _points[point].Silent++;
        }
    }

    /// <summary>Whether the connection waits for its peer.</summary>
    public bool IsWaiting => _waitingSinceNanos is not null;

    /// <summary>Whether the points should be asked now rather than at leisure.</summary>
    public bool IsInDoubt(long nowNanos) => _waitingSinceNanos is { } since && nowNanos - since >= DoubtNanos;

    /// <summary>The point that is down; null when none is, or when it cannot be said yet.</summary>
    public int? Down(long nowNanos)
    {
        if (_waitingSinceNanos is not { } since || nowNanos - since < Math.Max(WaitNanosMin, WaitRoundTrips * _roundTripNanos))
        {
            return null;
        }

        for (int i = 0; i < _points.Length; i++)
        {
            // A point that never answered says nothing, neither about itself nor about those behind it.
            if (!_points[i].Answered)
            {
                continue;
            }

            if (_points[i].Silent >= SilentMin)
            {
                return i;
            }

            if (_points[i].AnsweredNanos < since)
            {
                return null;
            }
        }

        return null;
    }

    private sealed class Point
    {
        public bool Answered;
        public long AnsweredNanos = long.MinValue;
        public int Silent;
    }
}
