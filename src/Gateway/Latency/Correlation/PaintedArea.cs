using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>A rectangle that the host painted. Rectangles of one update have the same <paramref name="ReceivedNanos"/>.</summary>
/// <param name="Sequence">The damage entry's number.</param>
/// <param name="Rectangle">What changed.</param>
/// <param name="Generation">The geometry's generation; when it changes, everything learned about places is void.</param>
/// <param name="ReceivedNanos">First byte of the update was read from the host, on <see cref="MonotonicClock"/>; 0 = not measured,
/// and then the area answers nothing.</param>
public readonly record struct PaintedArea(ulong Sequence, SurfaceRectangle Rectangle, uint Generation, long ReceivedNanos)
{
    /// <summary>What a damage entry says about it.</summary>
    public static PaintedArea Of(in DamageEntry entry) => new(entry.Sequence, entry.Rectangle, entry.Generation, entry.ReceivedNanos);
}
