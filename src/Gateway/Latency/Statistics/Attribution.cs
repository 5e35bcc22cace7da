namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// Who holds how much of the total. At the median: each stage's mean over the samples whose total lies in the middle fifth. In the tail:
/// its mean over the slow samples (expected shortfall, Euler's allocation). Both are means over the same samples for all stages, so they add
/// up to the mean total exactly; quantiles of stages would not.
/// </summary>
internal sealed class Attribution
{
    private readonly double[] _rows; // row by row; 0 where a stage was not measured, because there it is no part of the total
    private readonly int _stages, _slowCount;
    private readonly SortedColumn _totals;
    private readonly double[] _median, _slow;
    private readonly double[][] _drawnMedian, _drawnSlow;

    /// <summary>Allocates.</summary>
    /// <param name="table">The samples.</param>
    /// <param name="draw">For the intervals.</param>
    /// <param name="slowQuantile">Where slow begins; null when there are too few samples for that.</param>
    public Attribution(SampleTable table, BlockBootstrap draw, double? slowQuantile)
    {
        _stages = table.Keys.Length;
        _rows = new double[table.Count * _stages];
        for (int stage = 0; stage < _stages; stage++)
        {
            double[] nanos = table.Stages[stage].Nanos;
            for (int row = 0; row < nanos.Length; row++)
            {
                _rows[row * _stages + stage] = double.IsNaN(nanos[row]) ? 0 : nanos[row];
            }
        }

        _totals = new SortedColumn(table.Total.Nanos);
        Band? slow = slowQuantile is { } from ? new(from, 1) : null;
        _slowCount = slow is { } tail ? (int)Math.Ceiling(_totals.Rows.Length * (1 - tail.From)) : 0;
        _median = MeansIn(Band.Typical, []);
        _slow = slow is { } band ? MeansIn(band, []) : [];
        _drawnMedian = new double[draw.Replicates][];
        _drawnSlow = new double[slow is null ? 0 : draw.Replicates][];
        int[] weights = new int[table.Count];
        for (int replicate = 0; replicate < draw.Replicates; replicate++)
        {
            draw.Weigh(replicate, weights);
            _drawnMedian[replicate] = MeansIn(Band.Typical, weights);
            if (slow is { } drawnBand)
            {
                _drawnSlow[replicate] = MeansIn(drawnBand, weights);
            }
        }
    }

    /// <summary>Whether there are enough samples to speak of a tail.</summary>
    public bool HasTail => _slow.Length > 0;

    /// <summary>The rows of the slow samples; none without a tail.</summary>
    public IReadOnlyCollection<int> SlowRows => [.. _totals.Rows[^_slowCount..]];

    /// <summary>Mean total of the middle fifth.</summary>
    public double MedianTotalNanos => _median.Sum();

    /// <summary>Mean total of the slow samples.</summary>
    public double SlowTotalNanos => _slow.Sum();

    /// <summary>What these stages hold together at the median.</summary>
    public (Figure Nanos, Share Share) Median(IReadOnlyCollection<int> stages) => Both(stages, _median, _drawnMedian);

    /// <summary>In the tail.</summary>
    public (Figure Nanos, Share Share) Slow(IReadOnlyCollection<int> stages) => Both(stages, _slow, _drawnSlow);

    /// <summary>What they have more in the tail than at the median.</summary>
    public (Figure Nanos, Share Share) Excess(IReadOnlyCollection<int> stages) =>
        Both(stages, Less(_slow, _median), [.. _drawnSlow.Zip(_drawnMedian, Less)]);

    /// <summary>Whether the second may well hold more than the first: it does in more than one of twenty draws.</summary>
    public bool CanSurpass(IReadOnlyCollection<int> first, IReadOnlyCollection<int> second, bool inExcess)
    {
        int surpassed = 0;
        for (int replicate = 0; replicate < _drawnMedian.Length; replicate++)
        {
            double[] drawn = inExcess ? Less(_drawnSlow[replicate], _drawnMedian[replicate]) : _drawnMedian[replicate];
            surpassed += Sum(drawn, second) >= Sum(drawn, first) ? 1 : 0;
        }

        return surpassed * 20 > _drawnMedian.Length;
    }

    private static (Figure, Share) Both(IReadOnlyCollection<int> stages, double[] means, double[][] drawn)
    {
        double nanos = Sum(means, stages), all = means.Sum();
        double[] replicated = [.. drawn.Select(replicate => Sum(replicate, stages))];
        double[] shares = [.. drawn.Select((replicate, index) => replicated[index] / replicate.Sum())];
        var share = BlockBootstrap.Interval(all == 0 ? 0 : nanos / all, shares);
        return (BlockBootstrap.Interval(nanos, replicated), new(share.Nanos, share.LowNanos, share.HighNanos));
    }

    private static double[] Less(double[] one, double[] other)
    {
        var less = new double[one.Length];
        for (int i = 0; i < less.Length; i++)
        {
            less[i] = one[i] - other[i];
        }

        return less;
    }

    private static double Sum(double[] means, IReadOnlyCollection<int> stages)
    {
        double sum = 0;
        foreach (int stage in stages)
        {
            sum += means[stage];
        }

        return sum;
    }

    private double[] MeansIn(Band band, ReadOnlySpan<int> weightOfRow)
    {
        var means = new double[_stages];
        long weight = 0;
        foreach (int row in _totals.Rows)
        {
            weight += weightOfRow.IsEmpty ? 1 : weightOfRow[row];
        }

        double from = band.From * weight, to = band.To * weight;
        long passed = 0;
        foreach (int row in _totals.Rows)
        {
            int times = weightOfRow.IsEmpty ? 1 : weightOfRow[row];
            double inside = Math.Min(passed + times, to) - Math.Max(passed, from);
            passed += times;
            if (inside > 0)
            {
                inside /= to - from;
                for (int stage = 0; stage < _stages; stage++)
                {
                    means[stage] += inside * _rows[row * _stages + stage];
                }
            }
            else if (passed >= to)
            {
                break;
            }
        }

        return means;
    }
}
