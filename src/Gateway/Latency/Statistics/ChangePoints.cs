namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// Moments at which a series changes its level. Candidates are where the sum of rank scores is farthest from chance (Pettitt), searched for
/// again on both sides of each; then every candidate must stand against its neighbours by both tests of a comparison, corrected for every
/// place and part looked at, and the weakest that does not is dropped until all do: a level that rose and fell is not seen as a whole.
/// </summary>
internal static class ChangePoints
{
    /// <summary>Longer series are thinned to this, which bounds the cost.</summary>
    public const int PointsMax = 1500;

    private const int SegmentMin = 32;
    private const int DepthMax = 3; // at most seven candidates

    // A candidate has to be this far from chance, in standard deviations of independent samples; the real test comes after.
    private const double CandidateDeviations = 4;

    // Neighbouring splits are nearly the same test.
    private const double SplitsPerTest = 10;

    /// <summary>The change points of one column, in order of time.</summary>
    /// <param name="part">Which; null for the total.</param>
    /// <param name="column">Its values.</param>
    /// <param name="table">Where it comes from.</param>
    /// <param name="parts">How many columns are searched.</param>
    public static IEnumerable<ChangePoint> Of(Part? part, Column column, SampleTable table, int parts)
    {
        var rows = Enumerable.Range(0, table.Count).Where(row => !double.IsNaN(column.Nanos[row])).ToArray();
        int step = (rows.Length + PointsMax - 1) / PointsMax;
        int[] kept = step <= 1 ? rows : [.. rows.Where((_, index) => index % step == 0)];
        double[] values = [.. kept.Select(row => column.Nanos[row])];
        long[] ticks = [.. kept.Select(row => table.AtTicks[row])];
        var splits = new SortedSet<int> { 0, values.Length };
        Propose(values, 0, values.Length, DepthMax, splits);
        double tests = parts * Math.Max(1, values.Length / SplitsPerTest);
        List<int> edges = [.. splits];
        var judged = Enumerable.Range(1, Math.Max(0, edges.Count - 2)).Select(index => Judge(part, values, ticks, edges, index, tests)).ToList();
        while (judged.Count > 0 && judged.MaxBy(point => point.Chance) is { } weakest && weakest.Chance > Comparison.LikelyChance)
        {
            int index = judged.IndexOf(weakest);
            judged.RemoveAt(index);
            edges.RemoveAt(index + 1);
            for (int neighbour = Math.Max(0, index - 1); neighbour <= Math.Min(index, judged.Count - 1); neighbour++)
            {
                judged[neighbour] = Judge(part, values, ticks, edges, neighbour + 1, tests);
            }
        }

        return judged;
    }

    private static void Propose(double[] values, int from, int to, int depth, SortedSet<int> splits)
    {
        if (to - from < 2 * SegmentMin || depth == 0)
        {
            return;
        }

        var segment = values.AsSpan(from, to - from);
        var (middle, slow) = (BestSplit(segment, Detector.Typical), BestSplit(segment, Detector.Tail));
        var (split, deviations) = middle.Deviations >= slow.Deviations ? middle : slow;
        if (deviations >= CandidateDeviations)
        {
            splits.Add(from + split);
            Propose(values, from, from + split, depth - 1, splits);
            Propose(values, from + split, to, depth - 1, splits);
        }
    }

    // The middle if it moved; the tail if only that did. What is not worth a name has no chance to be one.
    private static ChangePoint Judge(Part? part, double[] values, long[] ticks, List<int> edges, int index, double tests)
    {
        var (from, split, to) = (edges[index - 1], edges[index], edges[index + 1]);
        double[] before = values[from..split], after = values[split..to];
        var ranks = RankTest.Compare(new(before, TimeBlocks.Of(ticks[from..split]).OfRow), new(after, TimeBlocks.Of(ticks[split..to]).OfRow));
        var levels = LevelTest.Compare(before, after);
        Span<double> old = stackalloc double[2], now = stackalloc double[2];
        ReadOnlySpan<Band> bands = [Band.Typical, Band.SlowTenth];
        new SortedColumn(before).Means(bands, [], old);
        new SortedColumn(after).Means(bands, [], now);
        double middle = Chance(Math.Min(Math.Abs(ranks.Typical), Math.Abs(levels.Typical.Deviation)), now[0] - old[0], tests);
        double slow = Chance(Math.Abs(ranks.Tail), now[1] - old[1], tests);
        var (detector, band, chance) = middle <= Comparison.LikelyChance || middle <= slow
            ? (Detector.Typical, 0, middle) : (Detector.Tail, 1, slow);
        double change = now[band] - old[band], margin = Normal.NinetyFive * levels.Of(detector).ErrorNanos;
        var at = new DateTimeOffset(ticks[split], TimeSpan.Zero);
        return new(at, part, new(change, change - margin, change + margin), old[band], now[band], chance, detector);
    }

    private static double Chance(double deviations, double changeNanos, double tests) =>
        double.IsNaN(deviations) || Math.Abs(changeNanos) < Blame.WorthNamingNanos ? 1 : Math.Min(1, tests * Normal.TwoSided(deviations));

    // Ranks for the middle; for the tail whether a value is among the slowest tenth.
    private static (int Split, double Deviations) BestSplit(ReadOnlySpan<double> values, Detector detector)
    {
        int count = values.Length;
        double[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, count)];
        Array.Sort(sorted, order);
        var scores = new double[count];
        for (int i = 0; i < count; i++)
        {
            scores[order[i]] = detector == Detector.Tail ? (i >= count * 0.9 ? 1 : 0) : i;
        }

        double mean = scores.Average(), passed = 0, farthest = -1, variance = 0;
        foreach (double score in scores)
        {
            variance += (score - mean) * (score - mean) / count;
        }

        int best = SegmentMin;
        for (int split = 1; split <= count - SegmentMin; split++)
        {
            passed += scores[split - 1] - mean;
            double distance = passed * passed * count / ((double)split * (count - split));
            if (split >= SegmentMin && distance > farthest)
            {
                (farthest, best) = (distance, split);
            }
        }

        return (best, variance > 0 ? Math.Sqrt(farthest / variance) : 0);
    }
}
