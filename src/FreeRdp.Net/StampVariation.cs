namespace FreeRdp;

/// <summary>
/// How much later than the earliest of the last frames the newest one came. Two clocks that run apart by 100 millionths drift by less than
/// the stamps' millisecond within the frames that are compared, so neither has to be set.
/// </summary>
internal sealed class StampVariation
{
    private const int FramesMax = 64;

    /// <summary>Frames are compared within this time only.</summary>
    private const long CompareNanos = 10_000_000_000;

    private const int MillisOfDay = 24 * 60 * 60 * 1000;

    private readonly (long ArrivedNanos, long LagMillis)[] _frames = new (long, long)[FramesMax];
    private long _count;

    /// <summary>Of the newest frame; -1 when there is none.</summary>
    public int NewestMillis { get; private set; } = -1;

    /// <summary>Takes a frame's stamp: hours, minutes, seconds and milliseconds of the day in 5, 6, 6 and 10 bits (MS-RDPEGFX 2.2.2.11).</summary>
    public void Add(uint timestamp, long arrivedNanos)
    {
        var stampMillis = ((((timestamp >> 22) & 0x3FF) * 60 + ((timestamp >> 16) & 0x3F)) * 60 + ((timestamp >> 10) & 0x3F)) * 1000L
            + (timestamp & 0x3FF);
        var lagMillis = (arrivedNanos / 1_000_000) - stampMillis;
        var least = 0L;
        for (var i = Math.Max(0L, _count - FramesMax); i < _count; i++)
        {
            var (atNanos, otherMillis) = _frames[i % FramesMax];
            if (arrivedNanos - atNanos > CompareNanos) continue;
            // Around midnight the stamp begins anew.
            var difference = (otherMillis - lagMillis) % MillisOfDay;
            if (difference > MillisOfDay / 2) difference -= MillisOfDay;
            if (difference < -MillisOfDay / 2) difference += MillisOfDay;
            least = Math.Min(least, difference);
        }

        _frames[_count++ % FramesMax] = (arrivedNanos, lagMillis);
        NewestMillis = (int)-least;
    }
}
