namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// How soon this host answers this kind of input, as far as it is known: what was seen of answers that nothing else could explain,
/// over a broad belief that covers every host. It never becomes so sure that a host that slows down would go unseen.
/// </summary>
internal sealed class LatencyBelief
{
    private const double MemoryMax = 200, PriorWeight = 8, SureMax = 0.9;
    private const double PriorMedianSeconds = 0.030, PriorSigma = 1.5;
    private const int Reach = 2;
    private const long LongMinNanos = 40_000_000, LongMaxNanos = 500_000_000;
    private const double Long = 0.95, EnoughForLong = 8;

    private static readonly double[] s_seconds = [.. Enumerable.Range(0, LatencyBins.Count).Select(LatencyBins.Seconds)];
    private static readonly double[] s_prior = Prior();

    private readonly double[] _seen = new double[LatencyBins.Count];
    private readonly double[] _density = [.. s_prior];
    private double _total;

    /// <summary>Hardly an answer comes later than this.</summary>
    internal long LongNanos { get; private set; } = LongMaxNanos / 2;

    private double Sure => Math.Min(SureMax, _total / (_total + PriorWeight));

    /// <summary>An answer that nothing else explains took this long.</summary>
    internal void Learn(long nanos)
    {
        _seen[LatencyBins.Of(nanos)]++;
        if (++_total > MemoryMax)
        {
            for (int bin = 0; bin < _seen.Length; bin++)
            {
                _seen[bin] /= 2;
            }

            _total /= 2;
        }

        double left = _total * Long;
        int at = 0;
        while (at < LatencyBins.Count - 1 && (left -= _seen[at]) > 0)
        {
            at++;
        }

        if (_total >= EnoughForLong)
        {
            LongNanos = Math.Clamp(2 * LatencyBins.Start(at + 1), LongMinNanos, LongMaxNanos);
        }

        Spread();
    }

    /// <summary>Probability of an answer this long after the input, per second.</summary>
    internal double Density(long nanos) => _density[LatencyBins.Of(nanos)];

    /// <summary>What was learned has turned out wrong.</summary>
    internal void Forget()
    {
        Array.Clear(_seen);
        s_prior.CopyTo(_density, 0);
        (_total, LongNanos) = (0, LongMaxNanos / 2);
    }

    private void Spread()
    {
        for (int bin = 0; bin < LatencyBins.Count; bin++)
        {
            double mass = 0, seconds = 0;
            for (int near = Math.Max(0, bin - Reach); near <= Math.Min(bin + Reach, LatencyBins.Count - 1); near++)
            {
                mass += _seen[near];
                seconds += s_seconds[near];
            }

            _density[bin] = Sure * mass / (_total * seconds) + (1 - Sure) * s_prior[bin];
        }
    }

    /// <summary>Probability that the answer has come within this time.</summary>
    internal double Within(long nanos)
    {
        int until = LatencyBins.Of(nanos);
        double seen = 0, prior = 0;
        for (int bin = 0; bin <= until; bin++)
        {
            double part = bin == until ? 0.5 : 1;
            seen += part * _seen[bin];
            prior += part * s_prior[bin] * s_seconds[bin];
        }

        return _total == 0 ? prior : Sure * seen / _total + (1 - Sure) * prior;
    }

    private static double[] Prior()
    {
        var density = new double[LatencyBins.Count];
        for (int bin = 0; bin < density.Length; bin++)
        {
            double seconds = (LatencyBins.Start(bin) + LatencyBins.Start(bin + 1)) * 0.5e-9;
            double z = Math.Log(seconds / PriorMedianSeconds) / PriorSigma;
            density[bin] = Math.Exp(-z * z / 2) / (seconds * PriorSigma * Math.Sqrt(2 * Math.PI));
        }

        return density;
    }
}
