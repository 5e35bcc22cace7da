using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>Turns the journal's old batches into minutes, and removes what is too old or too much.</summary>
sealed class LatencyRollUp(LatencyStore store, LatencyRetention retention, TimeProvider time, ILogger log)
{
    // An answer may come two seconds after its input, and is written one second later.
    const int GraceSeconds = 10;

    const int MinutesAtOnce = 1024;

    /// <summary>Does what is due.</summary>
    public void Run()
    {
        var now = time.GetUtcNow();
        var due = Minutes.Of(now.AddSeconds(-GraceSeconds));
        for (var minutes = store.MinutesBefore(due, MinutesAtOnce); minutes.Count > 0; minutes = store.MinutesBefore(due, MinutesAtOnce))
            foreach (var (session, minute) in minutes) store.RollUp(session, minute, rows => Fold(rows, minute));
        store.Trim(Minutes.Of(now - retention.Age), retention.BytesMax);
    }

    // A row that cannot be read is named and left out: kept, it would stand in the way of its minute for ever. What the journal has is drawn from
    // once, and not batch by batch: a minute has some eighty.
    byte[] Fold(IReadOnlyList<LatencyRow> rows, long minute)
    {
        var rolledUp = MinuteRecord.Empty;
        var recorded = ImmutableArray.CreateBuilder<Sample>();
        foreach (var row in rows)
        {
            if (!MinuteRecord.TryRead(row, out var record)) log.LogError("{Place} is damaged: its samples are lost", row.Place);
            else if (row.RolledUp) rolledUp = record; // A minute has one such row at most.
            else recorded.AddRange(record.Drawn);
        }
        var folded = MinuteRecord.Of(recorded.DrainToImmutable(), seed: minute);
        return (rolledUp.Recorded == 0 ? folded : rolledUp.Merge(folded, seed: minute)).ToBytes();
    }
}
