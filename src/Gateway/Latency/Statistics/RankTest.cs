namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// Whether two sets of values differ at their fast end, as a whole, or at their slow end. Only ranks count, so that no outlier, however
/// large, and no shape of the distribution can raise an alarm, and an unanswered input counts as what it is: slower than others. The variance
/// of the rank scores is taken over blocks of time and over blocks of blocks, because neighbouring samples are alike and levels drift.
/// </summary>
internal static class RankTest
{
    /// <summary>Fewer values than this on either side say nothing.</summary>
    public const int ValuesMin = 20;

    /// <summary>How many tests the fast end of one column takes; what is found must survive a correction for all of them.</summary>
    public static int FastTests => s_fast.Length + 1;

    /// <summary>And the slow end.</summary>
    public static int SlowTests => 2;

    // A constant change shows where the distribution has an edge: at the very end when the stage waits for a frame clock, anywhere else when not.
    private static readonly double[] s_fast = [0.025, 0.10];
    private const double SlowQuantile = 0.95, ExcessFrom = 0.80, ExcessTo = 0.975;
    private static readonly int[] s_joins = [1, 2, 4, 8];
    private const int BatchesMin = 7;

    /// <summary>Standard deviations by which the second set is slower, for each detector; NaN when there are too few values.</summary>
    public static Deviations Compare(Series before, Series after)
    {
        if (before.Nanos.Length < ValuesMin || after.Nanos.Length < ValuesMin)
        {
            return new(double.NaN, double.NaN, double.NaN, 1);
        }

        int count = before.Nanos.Length + after.Nanos.Length;
        var pooled = new double[count];
        before.Nanos.CopyTo(pooled, 0);
        after.Nanos.CopyTo(pooled, before.Nanos.Length);
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Array.Sort(pooled, order);
        var scores = new double[count];
        double floor = 0, tail = 0;
        foreach (double quantile in s_fast)
        {
            double threshold = At(pooled, quantile);
            for (int i = 0; i < count; i++)
            {
                scores[order[i]] = pooled[i] <= threshold ? 0 : 1;
            }

            floor = Louder(floor, Deviation(before, after, scores).Deviations);
        }

        double slow = At(pooled, SlowQuantile), from = At(pooled, ExcessFrom), to = At(pooled, ExcessTo);
        for (int i = 0; i < count; i++)
        {
            scores[order[i]] = pooled[i] > slow ? 1 : 0;
        }

        tail = Deviation(before, after, scores).Deviations;

        // Slow by how much counts as well, up to what one in forty reaches: beyond that an outlier has no more weight.
        for (int i = 0; i < count; i++)
        {
            scores[order[i]] = Math.Clamp(pooled[i] - from, 0, to - from);
        }

        tail = Louder(tail, Deviation(before, after, scores).Deviations);
        for (int i = 0; i < count;)
        {
            int end = i + 1;
            while (end < count && pooled[end] == pooled[i])
            {
                end++;
            }

            for (double middle = (i + end - 1) / 2.0; i < end; i++)
            {
                scores[order[i]] = middle;
            }
        }

        var (typical, inflation) = Deviation(before, after, scores);
        return new(floor, typical, tail, inflation);
    }

    private static double At(double[] sorted, double quantile) => sorted[(int)Math.Ceiling(quantile * sorted.Length) - 1];

    private static double Louder(double one, double other) => Math.Abs(other) > Math.Abs(one) ? other : one;

    private static (double Deviations, double Inflation) Deviation(Series before, Series after, double[] scores)
    {
        var first = scores.AsSpan(0, before.Nanos.Length);
        var second = scores.AsSpan(before.Nanos.Length);
        var (firstMean, firstSquares) = Moments(first);
        var (secondMean, secondSquares) = Moments(second);
        double difference = secondMean - firstMean;
        double within = firstSquares + secondSquares;
        int count = scores.Length;
        double mean = (firstMean * first.Length + secondMean * second.Length) / count;
        double around = within + first.Length * (firstMean - mean) * (firstMean - mean) + second.Length * (secondMean - mean) * (secondMean - mean);
        if (around <= 0)
        {
            return (0, 1);
        }

        // The variance that shuffling the samples would give, times what blocks show it to be too small by.
        double shuffled = around / (count - 1) * (1.0 / first.Length + 1.0 / second.Length);
        double inflation = within <= 0 ? 1 : Inflation(before, first, firstMean, after, second, secondMean, within);
        return (difference / Math.Sqrt(shuffled * inflation), inflation);
    }

    private static double Inflation(
        Series before, ReadOnlySpan<double> first, double firstMean, Series after, ReadOnlySpan<double> second, double secondMean, double within)
    {
        double worst = 1;
        double[] firstSums = BlockSums(before, first, firstMean), secondSums = BlockSums(after, second, secondMean);
        foreach (int join in s_joins)
        {
            int firstBatches = firstSums.Length / join, secondBatches = secondSums.Length / join;
            if (Math.Min(firstBatches, secondBatches) < BatchesMin)
            {
                break;
            }

            // The fewer the batches, the less their spread is known: only what is beyond its standard error counts.
            double error = Math.Sqrt(2.0 / (firstBatches + secondBatches - 2));
            worst = Math.Max(worst, (Spread(firstSums, join) + Spread(secondSums, join)) / within - error);
        }

        return worst;
    }

    private static double[] BlockSums(Series series, ReadOnlySpan<double> scores, double mean)
    {
        var sums = new double[series.BlockOf[^1] + 1];
        for (int i = 0; i < scores.Length; i++)
        {
            sums[series.BlockOf[i]] += scores[i] - mean;
        }

        return sums;
    }

    // Squares of the sums of joined blocks, with the correction for the mean having been taken from the same values.
    private static double Spread(double[] sums, int join)
    {
        int batches = (sums.Length + join - 1) / join;
        double squares = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            double sum = 0;
            for (int i = batch * join; i < Math.Min(sums.Length, (batch + 1) * join); i++)
            {
                sum += sums[i];
            }

            squares += sum * sum;
        }

        return squares * batches / (batches - 1);
    }

    private static (double Mean, double Squares) Moments(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return (mean, squares);
    }
}

/// <summary>Measured values in order of time.</summary>
/// <param name="Nanos">Values.</param>
/// <param name="BlockOf">The <see cref="TimeBlocks"/> block of each.</param>
internal readonly record struct Series(double[] Nanos, int[] BlockOf)
{
    /// <summary>The measured rows of a column.</summary>
    public static Series Of(Column column, TimeBlocks blocks)
    {
        var nanos = new double[column.Count];
        var blockOf = new int[column.Count];
        int count = 0;
        for (int row = 0; row < column.Nanos.Length; row++)
        {
            if (!double.IsNaN(column.Nanos[row]))
            {
                (nanos[count], blockOf[count]) = (column.Nanos[row], blocks.OfRow[row]);
                count++;
            }
        }

        return new(nanos, blockOf);
    }
}

/// <summary>Standard deviations from no change, for each detector; positive = slower.</summary>
/// <param name="Floor">At the fast end.</param>
/// <param name="Typical">As a whole.</param>
/// <param name="Tail">At the slow end.</param>
/// <param name="Inflation">By how much the variance of the whole exceeds that of independent samples; at least 1.</param>
internal readonly record struct Deviations(double Floor, double Typical, double Tail, double Inflation)
{
    /// <summary>That of one detector.</summary>
    public double Of(Detector detector) => detector switch { Detector.Floor => Floor, Detector.Typical => Typical, _ => Tail };
}
