namespace RemoteChain.Harness;

/// <summary>Order statistics of durations in milliseconds; null where too few were measured to say.</summary>
public sealed record Quantiles(double? P50, double? P95, double? P99, int N)
{
    /// <summary>From durations in nanoseconds.</summary>
    public static Quantiles Of(IEnumerable<long> nanos)
    {
        double[] sorted = [.. nanos.Select(n => n / 1e6).Order()];
        return new Quantiles(At(sorted, 0.50), At(sorted, 0.95), At(sorted, 0.99), sorted.Length);
    }

    /// <summary>What this adds to <paramref name="basis"/>, quantile by quantile. Quantiles do not add: this compares two distributions
    /// and is not the quantile of anything.</summary>
    public Quantiles Over(Quantiles basis) =>
        new(Round(P50 - basis.P50), Round(P95 - basis.P95), Round(P99 - basis.P99), Math.Min(N, basis.N));

    private static double? At(double[] sorted, double share) =>
        sorted.Length == 0 ? null : Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))]);

    private static double? Round(double? millis) => millis is { } value ? Math.Round(value, 3) : null;
}
