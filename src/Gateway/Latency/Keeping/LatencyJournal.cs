using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>
/// Takes the samples of all sessions and writes them to the store about once a second, so that a node that is killed loses at most one
/// second of them. Adding never waits: when the disk is slower than the recorders, samples are dropped and counted.
/// </summary>
public sealed class LatencyJournal : IAsyncDisposable
{
    /// <summary>Samples that may wait to be written; more are dropped.</summary>
    public const int SamplesWaitingMax = 32_768;

    const int EntriesWaitingMax = 8192;

    // With the write itself this stays below the second that may be lost.
    internal static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(700);
    static readonly TimeSpan s_tendEvery = TimeSpan.FromSeconds(15);

    readonly LatencyStore _store;
    readonly LatencyRollUp _rollUp;
    readonly TimeProvider _time;
    readonly ILogger<LatencyJournal> _log;
    readonly Channel<Waiting> _channel = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(EntriesWaitingMax)
    {
        SingleReader = true,
        FullMode = BoundedChannelFullMode.Wait, // TryWrite then says no instead of dropping in silence.
    });
    readonly SemaphoreSlim _hurry = new(0);
    readonly CancellationTokenSource _end = new();
    readonly ConcurrentDictionary<(string Session, string Chain), long> _droppedOf = new();
    readonly Task _writing;
    readonly Task _tending;
    ImmutableArray<Action<JournalEntry>> _watchers = [];
    int _samplesWaiting;
    long _dropped;

    /// <summary>Begins to write; rolls up what an earlier node left in the journal.</summary>
    public LatencyJournal(LatencyStore store, LatencyRetention retention, TimeProvider time, ILogger<LatencyJournal> log)
    {
        (_store, _time, _log) = (store, time, log);
        _rollUp = new LatencyRollUp(store, retention, time, log);
        _writing = Task.Run(WriteAsync);
        _tending = Task.Run(TendAsync);
    }

    sealed record Waiting(JournalEntry? Entry, TaskCompletionSource? Written);

    /// <summary>Samples that were dropped since the node started, of all sessions.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Hands samples over. Never waits; from any thread.</summary>
    /// <param name="sessionId">Whose.</param>
    /// <param name="chainName">The session's chain.</param>
    /// <param name="samples">In the order of recording; copied.</param>
    /// <param name="owner">The session's account, who may see them besides admins; empty when not known.</param>
    /// <returns>False when they were dropped, which is counted.</returns>
    public bool Add(string sessionId, string chainName, IReadOnlyList<Sample> samples, string owner = "") =>
        samples.Count == 0 || Offer(new(sessionId, chainName, owner, [.. samples], new(Samples: samples.Count)));

    /// <summary>Hands over how many inputs found their picture since the last call. Never waits; from any thread.</summary>
    /// <param name="sessionId">Whose.</param>
    /// <param name="chainName">The session's chain.</param>
    /// <param name="expected">Inputs that should have been answered.</param>
    /// <param name="matched">Of these: answered.</param>
    /// <param name="unmatched">Of these: not answered, or not surely.</param>
    /// <param name="owner">As for <see cref="Add"/>.</param>
    public bool AddMatches(string sessionId, string chainName, long expected, long matched, long unmatched, string owner = "") =>
        expected + matched + unmatched == 0
        || Offer(new(sessionId, chainName, owner, [], new(Expected: expected, Matched: matched, Unmatched: unmatched)));

    /// <summary>Calls back on the journal's thread for every entry that is about to be written. The callback must be quick.</summary>
    /// <returns>Ends it.</returns>
    public IDisposable Watch(Action<JournalEntry> watcher)
    {
        ImmutableInterlocked.Update(ref _watchers, (watchers, added) => watchers.Add(added), watcher);
        return new Watching(() => ImmutableInterlocked.Update(ref _watchers, (watchers, gone) => watchers.Remove(gone), watcher));
    }

    /// <summary>Returns once everything that was added before is in the store.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _channel.Writer.WriteAsync(new(null, written), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return; // The journal has ended, and it wrote everything before it did.
        }
        _hurry.Release();
        await written.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_channel.Writer.TryComplete()) return;
        await _end.CancelAsync();
        _hurry.Release();
        await _writing;
        await _tending;
        _end.Dispose();
        _hurry.Dispose();
    }

    bool Offer(JournalEntry entry)
    {
        var count = entry.Samples.Length;
        if (Interlocked.Add(ref _samplesWaiting, count) <= SamplesWaitingMax && _channel.Writer.TryWrite(new(entry, null))) return true;
        Interlocked.Add(ref _samplesWaiting, -count);
        Interlocked.Add(ref _dropped, count);
        _droppedOf.AddOrUpdate((entry.Session, entry.Chain), count, (_, before) => before + count);
        return false;
    }

    async Task WriteAsync()
    {
        while (await _channel.Reader.WaitToReadAsync())
        {
            // The first entry waits for others, so that the disk is written to once a second however many sessions there are.
            await _hurry.WaitAsync(FlushEvery);
            var entries = new List<JournalEntry>();
            var flushed = new List<TaskCompletionSource>();
            while (_channel.Reader.TryRead(out var waiting))
            {
                if (waiting.Entry is { } entry) entries.Add(entry);
                if (waiting.Written is { } written) flushed.Add(written);
            }
            WriteAll(entries);
            Interlocked.Add(ref _samplesWaiting, -entries.Sum(entry => entry.Samples.Length));
            flushed.ForEach(written => written.TrySetResult());
        }
    }

    void WriteAll(List<JournalEntry> entries)
    {
        try
        {
            var merged = entries.Concat(TakeDropped()).GroupBy(entry => entry.Session).Select(Merge).ToList();
            _store.Append([.. merged.SelectMany(ToBatches)]);
            foreach (var watcher in _watchers) merged.ForEach(watcher);
        }
        // A full disk must end neither the recording nor the node.
        catch (Exception lost)
        {
            var count = entries.Sum(entry => entry.Samples.Length);
            Interlocked.Add(ref _dropped, count);
            _log.LogError(lost, "{Count} latency samples could not be written and are lost", count);
        }
    }

    List<JournalEntry> TakeDropped()
    {
        var taken = new List<JournalEntry>();
        foreach (var (session, chain) in _droppedOf.Keys)
            if (_droppedOf.TryRemove((session, chain), out var count)) taken.Add(new(session, chain, "", [], new(Dropped: count)));
        return taken;
    }

    static JournalEntry Merge(IEnumerable<JournalEntry> ofOneSession)
    {
        var all = ofOneSession.ToList();
        return new(all[0].Session, all[0].Chain, all.Select(entry => entry.Owner).FirstOrDefault(owner => owner.Length > 0) ?? "",
            [.. all.SelectMany(entry => entry.Samples)], all.Aggregate(default(LatencyCounts), (sum, entry) => sum + entry.Counts));
    }

    // A row belongs to one minute. Counts go with the first; without samples, with the present minute.
    IEnumerable<LatencyBatch> ToBatches(JournalEntry entry)
    {
        if (entry.Samples.IsEmpty)
            return [new(entry.Session, entry.Chain, entry.Owner, Minutes.Of(_time.GetUtcNow()), entry.Counts, [])];
        return entry.Samples.GroupBy(sample => Minutes.Of(sample.At)).Select((minute, index) =>
        {
            var counts = index == 0 ? entry.Counts with { Samples = minute.Count() } : new(Samples: minute.Count());
            return new LatencyBatch(entry.Session, entry.Chain, entry.Owner, minute.Key, counts, SampleCodec.Write([.. minute]));
        });
    }

    async Task TendAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _rollUp.Run();
                await Task.Delay(s_tendEvery, _end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failed)
            {
                _log.LogError(failed, "Latency could not be rolled up; the journal keeps it, and it is tried again");
                await Task.Delay(s_tendEvery, _end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    sealed class Watching(Action end) : IDisposable
    {
        public void Dispose() => Interlocked.Exchange(ref end, () => { })();
    }
}
