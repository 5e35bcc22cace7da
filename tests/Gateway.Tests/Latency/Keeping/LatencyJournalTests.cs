using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Latency.Keeping;

public sealed class LatencyJournalTests : IDisposable
{
    readonly TestStore _store = new();
    readonly RecordedLog _log = new();

    public void Dispose() => _store.Dispose();

    LatencyJournal Open(LatencyStore store, LatencyRetention? retention = null) =>
        new(store, retention ?? LatencyRetention.Default, _store.Time, _log);

    static IReadOnlyList<LatencyRow> All(LatencyStore store, string session = "s1") => store.OfSession(session, 0, long.MaxValue);

    [Fact]
    public async Task Add_Flushed_IsInTheStore()
    {
        var store = new LatencyStore(_store.Database);
        await using var journal = Open(store);
        var samples = TypingSession.Samples(20);

        Assert.True(journal.Add("s1", "site", samples, "alice"));
        Assert.True(journal.AddMatches("s1", "site", expected: 22, matched: 20, unmatched: 2));
        await journal.FlushAsync(default);

        var rows = All(store);
        Assert.Equal(new LatencyCounts(20, 22, 20, 2, 0), rows.Aggregate(default(LatencyCounts), (sum, row) => sum + row.Counts));
        Assert.Equal(new LatencyStream("s1", "site", "alice"), store.Find("s1"));
        Assert.Equal(samples.Select(sample => sample.Content()),
            rows.SelectMany(row => MinuteRecord.TryRead(row, out var record) ? record.Drawn : throw new InvalidDataException(row.Place))
                .Select(sample => sample.Content()));
    }

    [Fact]
    public async Task Start_AfterACrash_RollsUpWhatWasLeft()
    {
        var samples = TypingSession.Samples(900);
        var store = new LatencyStore(_store.Database);
        await using (var journal = Open(store))
        {
            journal.Add("s1", "site", samples);
            await journal.FlushAsync(default);
        }
        Assert.All(All(store), row => Assert.False(row.RolledUp));

        _store.Reopen();
        _store.Time.Advance(TimeSpan.FromHours(1));
        store = new LatencyStore(_store.Database);
        new LatencyRollUp(store, LatencyRetention.Default, _store.Time, _log).Run();

        Assert.All(All(store), row => Assert.True(row.RolledUp));
        Assert.Equal(900, All(store).Sum(row => row.Counts.Samples));
        Assert.Equal(store.BytesKept, new LatencyStore(_store.Database).BytesKept);
    }

    [Fact]
    public async Task RollUp_LateSamplesOfARolledUpMinute_JoinIt()
    {
        var store = new LatencyStore(_store.Database);
        await using var journal = Open(store);
        _store.Time.Advance(TimeSpan.FromMinutes(10));
        var rollUp = new LatencyRollUp(store, LatencyRetention.Default, _store.Time, _log);
        foreach (var half in TypingSession.Samples(100, everyMillis: 10).Chunk(50))
        {
            journal.Add("s1", "site", half);
            await journal.FlushAsync(default);
            rollUp.Run();
        }

        var row = Assert.Single(All(store));
        Assert.True(MinuteRecord.TryRead(row, out var record));
        Assert.Equal((100, 100), (row.Counts.Samples, record.Drawn.Length));
    }

    [Fact]
    public async Task Trim_ByAge_RemovesOldMinutesOnly()
    {
        var store = new LatencyStore(_store.Database);
        await using var journal = Open(store);
        journal.Add("old", "site", TypingSession.Samples(10));
        journal.Add("new", "site", TypingSession.Samples(10, start: TypingSession.Start.AddDays(29)));
        await journal.FlushAsync(default);
        _store.Time.Advance(TimeSpan.FromDays(30.5));

        new LatencyRollUp(store, LatencyRetention.Default, _store.Time, _log).Run();

        Assert.Null(store.Find("old"));
        Assert.Single(All(store, "new"));
    }

    [Fact]
    public async Task Trim_BySize_RemovesTheOldestUntilItFits()
    {
        var store = new LatencyStore(_store.Database);
        await using var journal = Open(store);
        for (var minute = 0; minute < 600; minute++)
            journal.Add("s1", "site", TypingSession.Samples(10, start: TypingSession.Start.AddMinutes(minute)));
        await journal.FlushAsync(default);
        _store.Time.Advance(TimeSpan.FromDays(1));
        var before = store.BytesKept;

        new LatencyRollUp(store, LatencyRetention.Default with { BytesMax = before / 2 }, _store.Time, _log).Run();

        Assert.InRange(store.BytesKept, before / 4, before / 2);
        var minutes = All(store).Select(row => row.Minute).ToList();
        Assert.Equal(Enumerable.Range(0, minutes.Count).Select(i => minutes[^1] - minutes.Count + 1 + i), minutes);
        Assert.True(minutes[^1] >= Minutes.Of(TypingSession.Start.AddMinutes(599)), "the newest is gone");
    }

    [Fact]
    public async Task Add_WhenTheDiskStands_DropsAndCounts()
    {
        var store = new LatencyStore(_store.Database);
        await using var journal = Open(store);
        var thousand = TypingSession.Samples(1_000);
        using var inTheWay = new SqliteConnection($"Data Source={_store.Directory.DatabaseFile};Pooling=false");
        inTheWay.Open();
        var accepted = 0;
        using (inTheWay.BeginTransaction(deferred: false))
            while (accepted < 1_000 && journal.Add("s1", "site", thousand)) accepted++;

        // What waits is bounded, whether or not the writer has taken a part of it by then.
        Assert.InRange(accepted, 20, 2 * LatencyJournal.SamplesWaitingMax / 1_000);
        Assert.True(journal.Dropped >= 1_000);
        await journal.FlushAsync(default);
        Assert.True(All(store).Sum(row => row.Counts.Dropped) >= 1_000);
    }

    [Fact]
    public async Task RollUp_DamagedBatch_IsNamedAndTheOthersSurvive()
    {
        var store = new LatencyStore(_store.Database);
        await using var journal = Open(store);
        foreach (var part in TypingSession.Samples(40, everyMillis: 10).Chunk(20))
        {
            journal.Add("s1", "site", part);
            await journal.FlushAsync(default);
        }
        _store.Database.Write(connection => connection.Execute("update latency_batch set body = x'01ff' where id = 1"));
        _store.Time.Advance(TimeSpan.FromMinutes(5));

        new LatencyRollUp(store, LatencyRetention.Default, _store.Time, _log).Run();

        Assert.Equal(["latency_batch row 1 (session s1, 2026-01-02 03:04 UTC) is damaged: its samples are lost"], _log.Lines);
        Assert.True(MinuteRecord.TryRead(Assert.Single(All(store)), out var record));
        Assert.Equal(20, record.Drawn.Length);
    }

    sealed class RecordedLog : ILogger<LatencyJournal>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (Lines) Lines.Add(formatter(state, exception));
        }
    }
}
