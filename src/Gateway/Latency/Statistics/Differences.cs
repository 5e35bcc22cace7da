namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>By how much the second set of a column is slower, seen by each detector.</summary>
internal readonly record struct Differences(Figure Floor, Figure Typical, Figure Tail, Figure Mean)
{
    /// <summary>Draws for the intervals: percentiles of 160 are steady to a tenth of the interval.</summary>
    public const int Replicates = 160;

    private const int Bands = 3;
    private static readonly Band[] s_bands = [Band.Floor, Band.Typical, Band.SlowTenth];

    /// <summary>That of one detector.</summary>
    public Figure Of(Detector detector) => detector switch { Detector.Floor => Floor, Detector.Typical => Typical, _ => Tail };

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
                BlockBootstrap.Interval(pairs[pair].After.Mean - pairs[pair].Before.Mean, drawn[Bands]));
        }

        return differences;
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
