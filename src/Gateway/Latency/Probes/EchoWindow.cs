namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// The round trips of the last seconds. Nothing in it outlives the window: a way that has changed shows after three echoes, and a way that
/// is not measured any more has no figure. Not thread-safe.
/// </summary>
public sealed class EchoWindow
{
    /// <summary>Round trips kept at most; at the usual rate the window's time is over first.</summary>
    public const int EchoesMax = 32;

    /// <summary>How long a round trip counts.</summary>
    public const long WindowNanos = 8_000_000_000;

    /// <summary>The figure is the median of this many newest round trips: one stray does not move it, a changed way has after three.</summary>
    private const int RecentMax = 5;

    /// <summary>A single round trip is no figure.</summary>
    private const int AnsweredMin = 2;

    private const long Lost = -1;

    private readonly (long AtNanos, long RoundTripNanos)[] _echoes = new (long, long)[EchoesMax];
    private long _count;

    /// <summary>Keeps a round trip.</summary>
    /// <param name="atNanos">When the answer came; not before the one added last.</param>
    /// <param name="roundTripNanos">How long it took; not negative.</param>
    public void Add(long atNanos, long roundTripNanos) => _echoes[_count++ % EchoesMax] = (atNanos, Math.Max(roundTripNanos, 0));

    /// <summary>Keeps that an echo was not answered. Where more are lost than answered, those that came through are no fair choice.</summary>
    public void AddLost(long atNanos) => _echoes[_count++ % EchoesMax] = (atNanos, Lost);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _count = 0;

    /// <summary>
    /// The median of the newest as the figure, the window's minimum as low, its 95th percentile as high; null with less than two answers
    /// within the window, or with more echoes lost than answered.
    /// </summary>
    public TransportEstimate? Estimate(long nowNanos)
    {
        Span<long> answered = stackalloc long[EchoesMax];
        int count = 0;
        int lost = 0;
        for (long i = _count - 1; i >= 0 && i > _count - 1 - EchoesMax; i--)
        {
            var (atNanos, roundTripNanos) = _echoes[i % EchoesMax];
            if (nowNanos - atNanos > WindowNanos)
            {
                break;
            }

            if (roundTripNanos == Lost)
            {
                lost++;
            }
            else
            {
                answered[count++] = roundTripNanos;
            }
        }

        if (count < AnsweredMin || lost > count)
        {
            return null;
        }

        answered = answered[..count];
        Span<long> recent = stackalloc long[RecentMax];
        recent = recent[..Math.Min(count, RecentMax)];
        answered[..recent.Length].CopyTo(recent);
        recent.Sort();
        answered.Sort();
        // The lower median: with two echoes, noise has rather added to one than taken from the other.
        return new TransportEstimate(recent[(recent.Length - 1) / 2], answered[0], answered[(int)Math.Ceiling(count * 0.95) - 1]);
    }
}
