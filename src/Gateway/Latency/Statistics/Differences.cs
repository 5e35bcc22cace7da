namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>By how much the second set of a column is slower, seen by each detector.</summary>
/// <param name="Floor">At the floor.</param>
/// <param name="Typical">In the middle.</param>
/// <param name="Tail">In the slowest tenth.</param>
/// <param name="Mean">On average.</param>
/// <param name="TouchedShare">Which part of the set that is slower stands out from the other; 0 when nothing stands out clearly.</param>
internal readonly record struct Differences(Figure Floor, Figure Typical, Figure Tail, Figure Mean, double TouchedShare)
{
    /// <summary>Draws for the intervals: percentiles of 160 are steady to a tenth of the interval.</summary>
    public const int Replicates = 160;

    private const int Bands = 3;

    // Fewer than this are not looked for; as many of the others may stand out by chance.
    private const double TouchedMin = 0.02, StrayMax = 0.01;
    private const int TouchedSteps = 4;

    private static readonly Band[] s_bands = [Band.Floor, Band.Typical, Band.SlowTenth];

    /// <summary>That of one detector.</summary>
    public Figure Of(Detector detector) => detector switch { Detector.Floor => Floor, Detector.Typical => Typical, _ => Tail };

    /// <summary>By how much those are slower that the change touches: where they are fewer than a tenth, a slowest tenth holds others as well.</summary>
    public Figure TailOfTouched
    {
        get
        {
            double diluted = TouchedShare > 0 ? Math.Max(1, (Band.SlowTenth.To - Band.SlowTenth.From) / TouchedShare) : 1;
            return new(Tail.Nanos * diluted, Tail.LowNanos * diluted, Tail.HighNanos * diluted);
        }
    }

    /// <summary>For columns of the same two tables.</summary>
    public static Differences[] Of(IReadOnlyList<ColumnPair> pairs, TimeBlocks before, TimeBlocks after, int replicates)
    {
        var drawBefore = new BlockBootstrap(before, replicates);
        var drawAfter = new BlockBootstrap(after, replicates, stream: 1);
        Side[] first = [.. pairs.Select(pair => new Side(pair.Before, drawBefore))];
        Side[] second = [.. pairs.Select(pair => new Side(pair.After, drawAfter))];
        int[] weightBefore = new int[before.OfRow.Length], weightAfter = new int[after.OfRow.Length];
        var replicated = pairs.Select(_ => new double[Bands + 1][].Select(_ => new double[replicates]).ToArray()).ToArray();
        Span<double> one = stackalloc double[Bands], other = stackalloc double[Bands];
        for (int replicate = 0; replicate < replicates; replicate++)
        {
            drawBefore.Weigh(replicate, weightBefore);
            drawAfter.Weigh(replicate, weightAfter);
            for (int pair = 0; pair < first.Length; pair++)
            {
                first[pair].Sorted.Means(s_bands, weightBefore, one);
                second[pair].Sorted.Means(s_bands, weightAfter, other);
                for (int band = 0; band < Bands; band++)
                {
                    replicated[pair][band][replicate] = other[band] - one[band];
                }

                replicated[pair][Bands][replicate] = drawAfter.Mean(replicate, second[pair].Blocks) - drawBefore.Mean(replicate, first[pair].Blocks);
            }
        }

        var differences = new Differences[first.Length];
        for (int pair = 0; pair < first.Length; pair++)
        {
            first[pair].Sorted.Means(s_bands, [], one);
            second[pair].Sorted.Means(s_bands, [], other);
            var drawn = replicated[pair];
            differences[pair] = new(
                BlockBootstrap.Interval(other[0] - one[0], drawn[0]), BlockBootstrap.Interval(other[1] - one[1], drawn[1]),
                BlockBootstrap.Interval(other[2] - one[2], drawn[2]),
                BlockBootstrap.Interval(pairs[pair].After.Mean - pairs[pair].Before.Mean, drawn[Bands]),
                other[2] > one[2] ? Touched(first[pair].Sorted, second[pair].Sorted) : Touched(second[pair].Sorted, first[pair].Sorted));
        }

        return differences;
    }

    // Half way between the others' middle and those that stand out nobody is, if the two are apart; what they are apart by is found in a few steps.
    private static double Touched(SortedColumn others, SortedColumn set)
    {
        if (others.Nanos.Length == 0 || set.Nanos.Length == 0)
        {
            return 0;
        }

        double middle = others.Quantile(0.5), apart = set.Quantile(1 - TouchedMin) - middle, share = 0;
        for (int step = 0; step < TouchedSteps && apart > 0; step++)
        {
            double threshold = middle + apart / 2;
            int above = Above(set, threshold);
            if (Above(others, threshold) > StrayMax * others.Nanos.Length || above == 0)
            {
                return 0;
            }

            share = (double)above / set.Nanos.Length;
            apart = set.Quantile(1 - share / 2) - middle;
        }

        return share;
    }

    private static int Above(SortedColumn column, double threshold)
    {
        int at = column.Nanos.BinarySearch(threshold);
        return column.Nanos.Length - (at < 0 ? ~at : at);
    }

    private readonly record struct Side(SortedColumn Sorted, (double[] Sums, int[] Counts) Blocks)
    {
        public Side(Column column, BlockBootstrap draw)
            : this(new SortedColumn(column.Nanos), draw.SumBlocks(column.Nanos))
        {
        }
    }
}

/// <summary>The same part in two sets of samples.</summary>
internal sealed record ColumnPair(Part Part, Column Before, Column After)
{
    /// <summary>Whether both sets have enough of it to be compared.</summary>
    public bool IsComparable => Math.Min(Before.Count, After.Count) >= RankTest.ValuesMin;

    /// <summary>How far the true change may lie below the observed one, chance aside.</summary>
    public double LowSlackNanos => After.LowSlackNanos + Before.HighSlackNanos;

    /// <summary>How far above.</summary>
    public double HighSlackNanos => After.HighSlackNanos + Before.LowSlackNanos;
}
