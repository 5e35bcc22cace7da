namespace RemoteChain.Gateway.Latency.Model;

/// <summary>How long one stage took in one sample. A stage that was not measured is not in the sample: unmeasured is never 0.</summary>
/// <param name="Key">Which stage.</param>
/// <param name="Nanos">Its duration.</param>
/// <param name="LowNanos">The true value is not below this; equal to <paramref name="Nanos"/> when measured.</param>
/// <param name="HighNanos">The true value is not above this; equal to <paramref name="Nanos"/> when measured.</param>
/// <param name="Grade">How it was obtained.</param>
public readonly record struct StageTime(StageKey Key, long Nanos, long LowNanos, long HighNanos, Grade Grade)
{
    /// <summary>A duration between two stamps of one clock.</summary>
    public static StageTime Measured(StageKey key, long nanos) => new(key, nanos, nanos, nanos, Grade.Measured);
}
