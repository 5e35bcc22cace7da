namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>Quantiles with distribution-free intervals.</summary>
public static class OrderStatistics
{
    /// <summary>Fewer samples say nothing about p95.</summary>
    public const int P95CountMin = 100;

    /// <summary>Fewer samples say nothing about p99: ten of them have to lie above it.</summary>
    public const int P99CountMin = 1000;

    /// <summary>
    /// The quantile, between the two order statistics whose ranks enclose it with 95 %: the number of samples below the true quantile is
    /// binomial, whatever the distribution. Null without samples.
    /// </summary>
    /// <param name="sortedNanos">Ascending.</param>
    /// <param name="quantile">Between 0 and 1.</param>
    /// <param name="censoredFromNanos">The smallest value that is a lower bound; infinity when all are answers.</param>
    public static Quantile? At(ReadOnlySpan<double> sortedNanos, double quantile, double censoredFromNanos = double.PositiveInfinity)
    {
        int count = sortedNanos.Length;
        if (count == 0)
        {
            return null;
        }

        double middle = quantile * count, spread = Normal.NinetyFive * Math.Sqrt(count * quantile * (1 - quantile));
        double nanos = sortedNanos[Math.Clamp((int)Math.Ceiling(middle) - 1, 0, count - 1)];
        double low = sortedNanos[Math.Clamp((int)Math.Floor(middle - spread) - 1, 0, count - 1)];
        double high = sortedNanos[Math.Clamp((int)Math.Ceiling(middle + spread), 0, count - 1)];
        return new(nanos, low, high, nanos >= censoredFromNanos);
    }

    /// <summary><see cref="At"/> for p95; null when there are too few samples to speak of it.</summary>
    public static Quantile? P95(ReadOnlySpan<double> sortedNanos, double censoredFromNanos = double.PositiveInfinity) =>
        sortedNanos.Length < P95CountMin ? null : At(sortedNanos, 0.95, censoredFromNanos);

    /// <summary><see cref="At"/> for p99; null when there are too few samples to speak of it.</summary>
    public static Quantile? P99(ReadOnlySpan<double> sortedNanos, double censoredFromNanos = double.PositiveInfinity) =>
        sortedNanos.Length < P99CountMin ? null : At(sortedNanos, 0.99, censoredFromNanos);
}
