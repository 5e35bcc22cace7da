namespace RemoteChain.Gateway.Store;

/// <summary>What was counted beside the samples.</summary>
/// <param name="Samples">Samples that were recorded; more than are kept one by one.</param>
/// <param name="Expected">Inputs that should have been answered by a picture.</param>
/// <param name="Matched">Of these: answered by a picture that is known.</param>
/// <param name="Unmatched">Of these: no picture was found with enough margin, or none came.</param>
/// <param name="Dropped">Samples that were lost because the journal was full.</param>
public readonly record struct LatencyCounts(long Samples = 0, long Expected = 0, long Matched = 0, long Unmatched = 0, long Dropped = 0)
{
    /// <summary>Both together.</summary>
    public static LatencyCounts operator +(LatencyCounts one, LatencyCounts other) => new(one.Samples + other.Samples,
        one.Expected + other.Expected, one.Matched + other.Matched, one.Unmatched + other.Unmatched, one.Dropped + other.Dropped);
}

/// <summary>What one session recorded within one second, for the journal.</summary>
/// <param name="Session">The session's identifier.</param>
/// <param name="Chain">Name of its chain.</param>
/// <param name="Owner">Account name; empty when the recorder did not know.</param>
/// <param name="Minute">Minutes since 1970 of all its samples.</param>
/// <param name="Counts">What was counted.</param>
/// <param name="Body">The samples; opaque to the store.</param>
public sealed record LatencyBatch(string Session, string Chain, string Owner, long Minute, LatencyCounts Counts, byte[] Body);

/// <summary>A kept row: a batch of the journal, or a minute that was rolled up.</summary>
/// <param name="Id">Within its table.</param>
/// <param name="Session">The session's identifier.</param>
/// <param name="Chain">Name of its chain.</param>
/// <param name="Minute">Minutes since 1970.</param>
/// <param name="RolledUp">True for a minute, false for a batch.</param>
/// <param name="Counts">What was counted.</param>
/// <param name="Body">As it was written.</param>
public sealed record LatencyRow(long Id, string Session, string Chain, long Minute, bool RolledUp, LatencyCounts Counts, byte[] Body)
{
    /// <summary>Where the row is, for whoever has to look at the file.</summary>
    public string Place => $"{(RolledUp ? "latency_minute" : "latency_batch")} row {Id} (session {Session}, "
        + $"{DateTimeOffset.FromUnixTimeSeconds(Minute * 60):yyyy-MM-dd HH:mm} UTC)";
}

/// <summary>A session that has kept latency.</summary>
/// <param name="Session">The session's identifier.</param>
/// <param name="Chain">Name of its chain.</param>
/// <param name="Owner">Account name; empty when the recorder did not know.</param>
public sealed record LatencyStream(string Session, string Chain, string Owner);
