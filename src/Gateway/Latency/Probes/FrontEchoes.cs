using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// What all fronts of a session tell about their ways to their clients, by front number. A front's connection writes, the session's
/// recorder reads: safe from any thread.
/// </summary>
public sealed class FrontEchoes
{
    /// <summary>Fronts at once; as many as a session may have.</summary>
    public const int FrontsMax = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Front> _fronts = [];
    private long _usedNanos;

    /// <summary>
    /// When the session was in use last: a front measures only while its user does something or sees something change. Of the machine's
    /// monotonic clock; 0 = never.
    /// </summary>
    public long UsedNanos => Volatile.Read(ref _usedNanos);

    /// <summary>The session is in use although no front says so: a probe runs.</summary>
    public void MarkUse(long nowNanos) => Volatile.Write(ref _usedNanos, nowNanos);

    /// <summary>Keeps a front's measurement. One front too many is left out: it has no figure then.</summary>
    public void Add(int frontNumber, FrontRoundTrip measured) => Add(frontNumber, measured, MonotonicClock.NowNanos());

    /// <summary>As above, at a given moment of the machine's monotonic clock.</summary>
    public void Add(int frontNumber, FrontRoundTrip measured, long atNanos)
    {
        MarkUse(atNanos);
        lock (_gate)
        {
            if (!_fronts.TryGetValue(frontNumber, out var front))
            {
                if (_fronts.Count == FrontsMax)
                {
                    return;
                }

                _fronts.Add(frontNumber, front = new Front());
            }

            front.Transport.Add(atNanos, measured.AutodetectNanos, measured.EchoNanos);
            front.Newest = measured;
        }
    }

    /// <summary>A front has gone.</summary>
    public void Remove(int frontNumber)
    {
        lock (_gate)
        {
            _fronts.Remove(frontNumber);
        }
    }

    /// <summary>The way to that front's client as it is now; null when it is not known.</summary>
    public TransportEstimate? Estimate(int frontNumber, long nowNanos)
    {
        lock (_gate)
        {
            return _fronts.GetValueOrDefault(frontNumber)?.Transport.Estimate(nowNanos);
        }
    }

    /// <summary>What that front told last; null when it told nothing yet.</summary>
    public FrontRoundTrip? Newest(int frontNumber)
    {
        lock (_gate)
        {
            return _fronts.GetValueOrDefault(frontNumber)?.Newest;
        }
    }

    private sealed class Front
    {
        public UserTransport Transport { get; } = new();

        public FrontRoundTrip? Newest { get; set; }
    }
}
