namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>How much latency a node keeps; whichever bound is reached first.</summary>
/// <param name="Age">What is older goes.</param>
/// <param name="BytesMax">What all sessions together may take in the database; the oldest minutes go first. Bytes.</param>
public sealed record LatencyRetention(TimeSpan Age, long BytesMax)
{
    /// <summary>30 days, 256 MiB.</summary>
    public static readonly LatencyRetention Default = new(TimeSpan.FromDays(30), 256L << 20);
}
