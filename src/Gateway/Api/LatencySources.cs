using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Reports;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Sessions whose samples somebody may see.</summary>
/// <param name="Subject">What they are together.</param>
/// <param name="Sessions">Their identifiers.</param>
sealed record LatencySource(ReportSubject Subject, IReadOnlyList<string> Sessions);

/// <summary>Who may see which samples, and the samples.</summary>
sealed class LatencySources(
    LatencyJournal journal, LatencyStore store, ISessionDirectory sessions, ChainStore chains, ChainAccess access, TimeProvider time)
{
    readonly LatencyArchive _archive = new(store);

    /// <summary>The node's clock.</summary>
    public TimeProvider Time => time;

    /// <summary>One session; null when there is none that the account may see.</summary>
    public async Task<LatencySource?> OfSessionAsync(string id, Account account, CancellationToken cancellationToken)
    {
        // What was recorded up to this moment is to be found.
        await journal.FlushAsync(cancellationToken);
        if (sessions.Find(id) is { } running && MaySee(account, running.Owner)) return new(new(running.Chain, id) { Server = running.Host?.Server ?? "" }, [id]);
        return store.Find(id) is { } kept && MaySee(account, kept.Owner) ? new(new(kept.Chain, id), [id]) : null;
    }

    /// <summary>The sessions of a chain that the account may see; null when it may neither use the chain nor see any of them.</summary>
    public async Task<LatencySource?> OfChainAsync(string name, Account account, int limit, CancellationToken cancellationToken)
    {
        await journal.FlushAsync(cancellationToken);
        var visible = store.OfChain(name, limit).Where(stream => MaySee(account, stream.Owner)).Select(stream => stream.Session).ToList();
        var usable = chains.Find(name) is { } chain && access.MayUse(account, chain);
        var server = sessions.List().FirstOrDefault(session => session.Chain == name && session.Host is not null)?.Host?.Server ?? "";
        return usable || visible.Count > 0 ? new(new(name, null) { Server = server }, visible) : null;
    }

    /// <summary>What was recorded. Takes up to seconds, on a thread that the pool can spare.</summary>
    public Task<KeptSamples> ReadAsync(LatencySource source, ReportSpan span, int samplesMax, CancellationToken cancellationToken) =>
        Task.Run(() => _archive.Read(source.Sessions, span.Since, span.Until, samplesMax), cancellationToken);

    static bool MaySee(Account account, string owner) =>
        account.IsAdmin || owner.Equals(account.Name, StringComparison.OrdinalIgnoreCase);
}
