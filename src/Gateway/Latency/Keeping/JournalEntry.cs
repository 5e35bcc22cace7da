using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>What one session recorded since the last write, for whoever watches.</summary>
/// <param name="Session">The session's identifier.</param>
/// <param name="Chain">Name of its chain.</param>
/// <param name="Owner">Account name; empty when the recorder did not know.</param>
/// <param name="Samples">In the order of recording.</param>
/// <param name="Counts">What was counted beside them.</param>
public sealed record JournalEntry(string Session, string Chain, string Owner, ImmutableArray<Sample> Samples, LatencyCounts Counts);
