namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// Whether two sets of values differ by more than their level wanders within each of them. Each set is cut into stretches of equal numbers;
/// the stretches' levels are compared as Student did, with their correlation taken out. This is what keeps a slow drift, which ranks cannot
/// tell from a change, from raising an alarm.
/// </summary>
internal static class LevelTest
{
    private const int StretchesMax = 12, StretchesMin = 4;
    private const int ValuesPerStretchMin = 8;
    private const double CorrelationMax = 0.9;

    /// <summary>Compares; all NaN when there are too few values.</summary>
    public static Levels Compare(double[] before, double[] after)
    {
        int stretches = Math.Min(StretchesMax, Math.Min(before.Length, after.Length) / ValuesPerStretchMin);
        if (stretches < StretchesMin)
        {
            return new(new(double.NaN, double.NaN), new(double.NaN, double.NaN), new(double.NaN, double.NaN));
        }

        var (first, second) = (LevelsOf(before, stretches), LevelsOf(after, stretches));
        return new(Student(first[0], second[0]), Student(first[1], second[1]), Student(first[2], second[2]));
    }

    // For each detector the levels of the stretches. A stretch has few values, so its bands are wider than those of a whole set.
    private static double[][] LevelsOf(double[] values, int stretches)
    {
        double[][] levels = [new double[stretches], new double[stretches], new double[stretches]];
        for (int stretch = 0; stretch < stretches; stretch++)
        {
            int from = (int)((long)values.Length * stretch / stretches), to = (int)((long)values.Length * (stretch + 1) / stretches);
            double[] sorted = values[from..to];
            Array.Sort(sorted);
            levels[0][stretch] = Mean(sorted.AsSpan(0, Math.Max(2, sorted.Length / 10)));
            levels[1][stretch] = Mean(sorted.AsSpan(sorted.Length / 4, sorted.Length - 2 * (sorted.Length / 4)));
            levels[2][stretch] = Mean(sorted.AsSpan(sorted.Length - Math.Max(2, sorted.Length / 10)));
        }

        return levels;
    }

    private static Level Student(double[] before, double[] after)
    {
        int stretches = before.Length;
        double firstMean = Mean(before), secondMean = Mean(after);
        double squares = 0, products = 0;
        for (int i = 0; i < stretches; i++)
        {
            double first = before[i] - firstMean, second = after[i] - secondMean;
            squares += first * first + second * second;
            products += i == 0 ? 0 : first * (before[i - 1] - firstMean) + second * (after[i - 1] - secondMean);
        }

        if (squares <= 0)
        {
            return new(0, secondMean == firstMean ? 0 : Math.Sign(secondMean - firstMean) * double.MaxValue);
        }

        // Taking the mean from the same values makes the correlation look smaller than it is (Kendall); and so few stretches show it so
        // badly that half a standard error of it is added.
        double correlation = products / squares;
        correlation += (1 + 4 * correlation) / (2 * stretches) + 0.5 / Math.Sqrt(2 * stretches);
        correlation = Math.Clamp(correlation, 0, CorrelationMax);
        int freedom = 2 * stretches - 2;
        double error = Math.Sqrt(squares / freedom * 2 / stretches * (1 + correlation) / (1 - correlation));
        return new(error, Normal.OfStudent((secondMean - firstMean) / error, freedom));
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }
}

/// <summary>What the stretches say about one detector.</summary>
/// <param name="ErrorNanos">Standard error of the difference, drift within the sets included.</param>
/// <param name="Deviation">Standard deviations from no change.</param>
internal readonly record struct Level(double ErrorNanos, double Deviation);

/// <summary>One for each detector.</summary>
internal readonly record struct Levels(Level Floor, Level Typical, Level Tail)
{
    /// <summary>That of one detector.</summary>
    public Level Of(Detector detector) => detector switch { Detector.Floor => Floor, Detector.Typical => Typical, _ => Tail };
}
