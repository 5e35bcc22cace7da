namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>A duration, or a difference of durations, with its 95 % interval from resampling.</summary>
/// <param name="Nanos">The figure.</param>
/// <param name="LowNanos">Lower end of the interval.</param>
/// <param name="HighNanos">Upper end of the interval.</param>
public readonly record struct Figure(double Nanos, double LowNanos, double HighNanos)
{
    /// <summary>Half the width of the interval: what stands behind the ± of a sentence.</summary>
    public double MarginNanos => (HighNanos - LowNanos) / 2;

    /// <summary>The end of the interval that is nearer to nothing: it is as much as this at least. 0 when it may be nothing.</summary>
    public double LeastNanos => LowNanos > 0 ? LowNanos : HighNanos < 0 ? HighNanos : 0;
}

/// <summary>A part of a whole with its 95 % interval; 1 is all of it. An excess can be below 0 and above 1, because parts may have shrunk.</summary>
/// <param name="Value">The share.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public readonly record struct Share(double Value, double Low, double High);

/// <summary>
/// A quantile of what was observed with its distribution-free interval: both ends are observations whose ranks enclose the true quantile in
/// 95 of 100 cases when samples are independent.
/// </summary>
/// <param name="Nanos">The figure.</param>
/// <param name="LowNanos">Lower end of the interval.</param>
/// <param name="HighNanos">Upper end of the interval.</param>
/// <param name="IsLowerBound">True when unanswered inputs lie at or below it: the true quantile is not smaller.</param>
public readonly record struct Quantile(double Nanos, double LowNanos, double HighNanos, bool IsLowerBound)
{
    /// <summary>Half the width of the interval.</summary>
    public double MarginNanos => (HighNanos - LowNanos) / 2;
}
