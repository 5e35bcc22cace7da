using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>What is kept of a session after its end.</summary>
/// <param name="Id">The session's identifier.</param>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Owner">Account name.</param>
/// <param name="Started">When it was opened.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="FrontsMax">Most people who looked at it at once.</param>
/// <param name="Reconnects">How often the back was connected again.</param>
/// <param name="Ending">The sentence that says why it ended.</param>
public sealed record SessionRecord(
    string Id, string Chain, string Owner, DateTimeOffset Started, DateTimeOffset Ended, int FrontsMax, int Reconnects, string Ending);

/// <summary>Records of sessions that have ended; the newest are kept.</summary>
public sealed class SessionRecords(Database database)
{
    /// <summary>Records that are kept; the oldest go first.</summary>
    public const int RecordsMax = 100_000;

    const int EndingCharsMax = 512;

    /// <summary>Keeps a record.</summary>
    public void Append(SessionRecord record) => database.Write(connection => connection.Execute("""
        insert or replace into session_record values (@Id, @Chain, @Owner, @started, @ended, @FrontsMax, @Reconnects, @ending);
        delete from session_record where rowid <= (select max(rowid) from session_record) - @RecordsMax;
        """, new
    {
        record.Id,
        record.Chain,
        record.Owner,
        started = record.Started.ToUnixTimeMilliseconds(),
        ended = record.Ended.ToUnixTimeMilliseconds(),
        record.FrontsMax,
        record.Reconnects,
        ending = AuditLog.Shown(record.Ending, EndingCharsMax),
        RecordsMax,
    }));

    /// <summary>The newest records, newest first; only of one owner unless <paramref name="owner"/> is null.</summary>
    public IReadOnlyList<SessionRecord> Newest(string? owner, int limit) => database.Read(connection => connection.Query<Row>("""
        select id as Id, chain as Chain, owner as Owner, started as StartedMillis, ended as EndedMillis,
               fronts_max as FrontsMax, reconnects as Reconnects, ending as Ending
        from session_record where @owner is null or owner = @owner collate nocase order by ended desc limit @limit
        """, new { owner, limit = Math.Clamp(limit, 1, 1000) }).Select(row => row.ToRecord()).ToList());

    sealed class Row
    {
        public string Id { get; init; } = "";
        public string Chain { get; init; } = "";
        public string Owner { get; init; } = "";
        public long StartedMillis { get; init; }
        public long EndedMillis { get; init; }
        public long FrontsMax { get; init; }
        public long Reconnects { get; init; }
        public string Ending { get; init; } = "";

        public SessionRecord ToRecord() => new(
            Id, Chain, Owner, Database.Instant(StartedMillis), Database.Instant(EndedMillis), (int)FrontsMax, (int)Reconnects, Ending);
    }
}
