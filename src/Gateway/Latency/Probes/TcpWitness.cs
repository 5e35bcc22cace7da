namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// What the session's own segments say against its echoes. The kernel tells only a smoothed time (RFC 6298: an eighth of each new one),
/// but two readings of it and the number of acknowledgements between them give back the mean of just those. That mean holds some of
/// the host's time and is therefore never below the way: an echo above it has not gone the way of the connection. Not thread-safe.
/// </summary>
public sealed class TcpWitness
{
    private const int ReadingsMax = 16;

    private const double Kept = 7.0 / 8;

    private readonly TcpFigures[] _readings = new TcpFigures[ReadingsMax];
    private long _count;

    /// <summary>Keeps a reading.</summary>
    public void Observe(in TcpFigures figures)
    {
        if (_count > 0 && figures.AtNanos <= Newest.AtNanos)
        {
            return;
        }

        if (_count > 0 && figures.Delivered < Newest.Delivered)
        {
            // Another connection: its smoothed time began anew.
            _count = 0;
        }

        _readings[_count++ % ReadingsMax] = figures;
    }

    /// <summary>Shortest time to an acknowledgement in the last minutes; null without a reading within the window.</summary>
    public long? FloorNanos(long nowNanos) =>
        _count > 0 && nowNanos - Newest.AtNanos <= EchoWindow.WindowNanos && Newest.FloorNanos > 0 ? Newest.FloorNanos : null;

    /// <summary>
    /// Mean time to the acknowledgements of the last seconds and how many there were (at most: one acknowledgement may stand for two
    /// segments). Null when there were none: an idle connection says nothing.
    /// </summary>
    public (long MeanNanos, long Acknowledgements)? Recent(long nowNanos)
    {
        if (_count < 2)
        {
            return null;
        }

        var newest = Newest;
        var oldest = newest;
        for (long i = _count - 2; i >= 0 && i > _count - 1 - ReadingsMax; i--)
        {
            var reading = _readings[i % ReadingsMax];
            if (nowNanos - reading.AtNanos > EchoWindow.WindowNanos)
            {
                break;
            }

            oldest = reading;
        }

        long acknowledgements = Math.Min(newest.Delivered - oldest.Delivered, newest.Received - oldest.Received);
        if (acknowledgements <= 0)
        {
            return null;
        }

        double kept = Math.Pow(Kept, acknowledgements);
        double mean = (newest.SmoothedNanos - (kept * oldest.SmoothedNanos)) / (1 - kept);
        return ((long)Math.Max(mean, Math.Max(newest.FloorNanos, 0)), acknowledgements);
    }

    private TcpFigures Newest => _readings[(_count - 1) % ReadingsMax];
}
