namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// How long after inputs pictures come, without saying which answers which: the histogram of all differences up to two seconds, less
/// that of the same inputs shifted by seconds to either side. What is left over is the distribution of latencies.
/// </summary>
internal sealed class Correlogram
{
    private const int InputsMax = 64, PicturesMax = 256;
    private const double MemoryMax = 1000;
    private const long OnePictureNanos = 1_000_000;
    private const double EnoughInputs = 40, EnoughExcess = 10, Significance = 4, PeakEdge = 0.5;
    private const int Reach = 2;

    // A peak over more than two octaves, or with more pictures than inputs, is a burst's and not an answer's.
    private const double BurstExcess = 1.5;
    private const int WidePeak = 16;
    private const double Tolerance = 0.3, SameShare = 0.7;
    private const long ToleranceMinNanos = 3_000_000;

    private static readonly long[] s_shifts = [1_310_000_000, 2_690_000_000, 4_370_000_000];

    private readonly double[] _matched;
    private readonly double[] _real = new double[LatencyBins.Count], _shifted = new double[LatencyBins.Count];
    private readonly double[] _excess = new double[LatencyBins.Count], _smooth = new double[LatencyBins.Count];
    private readonly long[] _inputs = new long[InputsMax], _pictures = new long[PicturesMax];
    private long _inputCount, _pictureCount;
    private double _seen;

    /// <summary>A control for these matches, by <see cref="LatencyBins"/>; it lets them fade as it fades itself.</summary>
    internal Correlogram(double[] matched) => _matched = matched;

    /// <summary>An input of which a picture is expected.</summary>
    internal void Sent(long nanos)
    {
        if (++_seen > MemoryMax)
        {
            Halve();
        }

        _inputs[_inputCount++ % InputsMax] = nanos;
        // Shifted back in time, this input meets the pictures that were there before it.
        for (long i = _pictureCount - 1; i >= Math.Max(0, _pictureCount - PicturesMax); i--)
        {
            long before = nanos - _pictures[i % PicturesMax];
            if (before > s_shifts[^1])
            {
                break;
            }

            foreach (long shift in s_shifts)
            {
                Count(_shifted, shift - before);
            }
        }
    }

    /// <summary>Something was painted that the place does not paint by itself.</summary>
    internal void Painted(long nanos)
    {
        if (_pictureCount > 0 && nanos - _pictures[(_pictureCount - 1) % PicturesMax] < OnePictureNanos)
        {
            return;
        }

        _pictures[_pictureCount++ % PicturesMax] = nanos;
        for (long i = _inputCount - 1; i >= Math.Max(0, _inputCount - InputsMax); i--)
        {
            long lag = nanos - _inputs[i % InputsMax];
            if (lag > s_shifts[^1] + Correlator.AnswerWindowNanos)
            {
                break;
            }

            Count(_real, lag);
            foreach (long shift in s_shifts)
            {
                Count(_shifted, lag - shift);
            }
        }
    }

    /// <summary>
    /// Compares what stands out with the latencies of the matches, where it stands out: the matches there must have the same median, and
    /// be as many. Where inputs come in bursts or in a beat, several peaks stand out or none, and agreement is not to be had.
    /// </summary>
    internal SurrogateCheck Compare()
    {
        int peak = FindPeak();
        if (_seen < EnoughInputs || peak < 0)
        {
            return new(SurrogateVerdict.TooFew, _seen, 0, 0, 0);
        }

        var (from, to) = (peak, peak);
        while (from > 0 && _smooth[from - 1] > PeakEdge * _smooth[peak])
        {
            from--;
        }

        while (to < LatencyBins.Count - 1 && _smooth[to + 1] > PeakEdge * _smooth[peak])
        {
            to++;
        }

        // One bin more to both sides: smoothing moved the edges.
        (from, to) = (Math.Max(0, from - 1), Math.Min(to + 1, LatencyBins.Count - 1));
        double excess = 0, matches = 0;
        for (int bin = from; bin <= to; bin++)
        {
            excess += Math.Max(0, _excess[bin]);
            matches += _matched[bin];
        }

        double perInput = excess / _seen, matchesPerInput = matches / Math.Max(_seen, 1);
        long median = LatencyBins.Median(_excess, from, to), matchedMedian = LatencyBins.Median(_matched, from, to);
        if (excess < EnoughExcess || perInput > BurstExcess || to - from > WidePeak)
        {
            return new(SurrogateVerdict.TooFew, _seen, perInput, median, matchedMedian);
        }

        bool agrees = matchesPerInput >= SameShare * Math.Min(1, perInput)
            && Math.Abs(median - matchedMedian) <= Math.Max(ToleranceMinNanos, Tolerance * median);
        return new(agrees ? SurrogateVerdict.Agrees : SurrogateVerdict.Distrust, _seen, perInput, median, matchedMedian);
    }

    // The bin around which the excess is densest, among those where it cannot be chance; -1 when there is none.
    private int FindPeak()
    {
        int peak = -1;
        for (int bin = 0; bin < LatencyBins.Count; bin++)
        {
            _excess[bin] = _real[bin] - _shifted[bin] / (2 * s_shifts.Length);
        }

        for (int bin = 0; bin < LatencyBins.Count; bin++)
        {
            double excess = 0, chance = 0, seconds = 0;
            for (int near = Math.Max(0, bin - Reach); near <= Math.Min(bin + Reach, LatencyBins.Count - 1); near++)
            {
                excess += _excess[near];
                chance += _shifted[near] / (2 * s_shifts.Length);
                seconds += LatencyBins.Seconds(near);
            }

            _smooth[bin] = excess / seconds;
            if (excess >= EnoughExcess / 2 && excess >= Significance * Math.Sqrt(chance + 1) && (peak < 0 || _smooth[bin] > _smooth[peak]))
            {
                peak = bin;
            }
        }

        return peak;
    }

    private static void Count(double[] into, long lag)
    {
        if (lag is >= 0 and < Correlator.AnswerWindowNanos)
        {
            into[LatencyBins.Of(lag)]++;
        }
    }

    private void Halve()
    {
        _seen /= 2;
        for (int bin = 0; bin < LatencyBins.Count; bin++)
        {
            _real[bin] /= 2;
            _shifted[bin] /= 2;
            _matched[bin] /= 2;
        }
    }
}
