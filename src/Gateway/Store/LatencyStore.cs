using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>
/// Keeps latency by session: a journal of batches that were just recorded, and minutes that were rolled up from them. What the bodies
/// mean is not known here.
/// </summary>
public sealed class LatencyStore
{
    /// <summary>What a row is counted with beyond its body when the size is bounded: columns, indexes, page slack. Bytes.</summary>
    public const int RowBytes = 100;

    /// <summary>Most rows that one call reads; whoever wants more goes on from the last minute.</summary>
    public const int RowsMax = 100_000;

    const int TrimRows = 256;
    const string Counted = "samples as Samples, expected as Expected, matched as Matched, unmatched as Unmatched, dropped as Dropped";

    readonly Database _database;
    long _bytes;

    /// <summary>Begins to use the tables and counts what is in them.</summary>
    public LatencyStore(Database database)
    {
        _database = database;
        _bytes = database.Read(connection => connection.ExecuteScalar<long>("""
            select (select coalesce(sum(length(body) + @RowBytes), 0) from latency_batch)
                 + (select coalesce(sum(length(body) + @RowBytes), 0) from latency_minute)
            """, new { RowBytes }));
    }

    /// <summary>Bytes that all rows take. The file does not shrink when rows go; SQLite uses their room again.</summary>
    public long BytesKept => Interlocked.Read(ref _bytes);

    /// <summary>Adds batches to the journal, all or none.</summary>
    public void Append(IReadOnlyList<LatencyBatch> batches) => _database.Write(connection =>
    {
        // Every session writes every second: its stream is written only when it is new, and one statement is prepared for all batches.
        var known = connection.Query<(long Id, string Session, string Owner)>(
            "select id, session, owner from latency_stream where session in @sessions", new { sessions = batches.Select(batch => batch.Session).Distinct() })
            .ToDictionary(stream => stream.Session);
        connection.Execute("""
            insert into latency_batch (stream_id, minute, samples, expected, matched, unmatched, dropped, body)
            values (@stream, @Minute, @Samples, @Expected, @Matched, @Unmatched, @Dropped, @Body)
            """, batches.Select(batch => Columns(StreamOf(batch), batch.Minute, batch.Counts, batch.Body)).ToList());
        Interlocked.Add(ref _bytes, batches.Sum(batch => batch.Body.Length + RowBytes));

        long StreamOf(LatencyBatch batch) =>
            known.TryGetValue(batch.Session, out var stream) && (batch.Owner.Length == 0 || batch.Owner == stream.Owner) ? stream.Id
            : connection.ExecuteScalar<long>("""
                insert into latency_stream (session, chain, owner) values (@Session, @Chain, @Owner)
                on conflict (session) do update set owner = iif(excluded.owner = '', owner, excluded.owner) returning id
                """, new { batch.Session, batch.Chain, batch.Owner });
    });

    /// <summary>Minutes of the journal that lie before the given one, oldest first.</summary>
    public IReadOnlyList<(string Session, long Minute)> MinutesBefore(long minute, int limit) => _database.Read(connection =>
        connection.Query<(string, long)>("""
            select distinct s.session, b.minute from latency_batch b join latency_stream s on s.id = b.stream_id
            where b.minute < @minute order by b.minute limit @limit
            """, new { minute, limit }).ToList());

    /// <summary>Replaces the batches of a session's minute, and what was rolled up of it before, by one row.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="minute">Which minute, since 1970.</param>
    /// <param name="fold">Makes one body of the rows, in the order of their recording.</param>
    public void RollUp(string session, long minute, Func<IReadOnlyList<LatencyRow>, byte[]> fold) => _database.Write(connection =>
    {
        var rows = Rows(connection, "s.session = @session and r.minute = @minute", new { session, minute, limit = RowsMax });
        if (!rows.Any(row => !row.RolledUp)) return;
        var body = fold(rows);
        var counts = rows.Aggregate(default(LatencyCounts), (sum, row) => sum + row.Counts);
        var stream = connection.ExecuteScalar<long>("select id from latency_stream where session = @session", new { session });
        connection.Execute("""
            delete from latency_batch where stream_id = @stream and minute = @Minute;
            insert or replace into latency_minute (stream_id, minute, samples, expected, matched, unmatched, dropped, body)
            values (@stream, @Minute, @Samples, @Expected, @Matched, @Unmatched, @Dropped, @Body)
            """, Columns(stream, minute, counts, body));
        Interlocked.Add(ref _bytes, body.Length + RowBytes - rows.Sum(row => row.Body.Length + RowBytes));
    });

    /// <summary>Rows of a session, oldest minute first.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="sinceMinute">The first minute.</param>
    /// <param name="untilMinute">The last minute.</param>
    public IReadOnlyList<LatencyRow> OfSession(string session, long sinceMinute, long untilMinute) => _database.Read(connection =>
        Rows(connection, "s.session = @session and r.minute between @sinceMinute and @untilMinute",
            new { session, sinceMinute, untilMinute, limit = RowsMax }));

    /// <summary>Reads everything at one moment.</summary>
    public T Read<T>(Func<LatencySnapshot, T> query) => _database.Read(connection =>
    {
        using var moment = connection.BeginTransaction(deferred: true);
        return query(new LatencySnapshot(connection));
    });

    /// <summary>The session as it was recorded; null when nothing is kept of it.</summary>
    public LatencyStream? Find(string session) => _database.Read(connection => connection.QueryFirstOrDefault<StreamRow>(
        "select session as Session, chain as Chain, owner as Owner from latency_stream where session = @session", new { session })
            ?.ToStream());

    /// <summary>Sessions of a chain of which something is kept, newest first.</summary>
    public IReadOnlyList<LatencyStream> OfChain(string chain, int limit) => _database.Read(connection => connection.Query<StreamRow>(
        "select session as Session, chain as Chain, owner as Owner from latency_stream where chain = @chain order by id desc limit @limit",
        new { chain, limit }).Select(row => row.ToStream()).ToList());

    /// <summary>Removes minutes before the given one, then the oldest until no more than the given size is left.</summary>
    /// <returns>How many rows went.</returns>
    public int Trim(long beforeMinute, long bytesMax)
    {
        var removed = Remove("latency_minute", "where minute < @beforeMinute", new { beforeMinute })
            + Remove("latency_batch", "where minute < @beforeMinute", new { beforeMinute });
        foreach (var table in (string[])["latency_minute", "latency_batch"])
        {
            while (BytesKept > bytesMax)
            {
                var over = BytesKept - bytesMax;
                var gone = RemoveOldest(table, over);
                if (gone == 0) break;
                removed += gone;
            }
        }
        if (removed > 0)
        {
            _database.Write(connection => connection.Execute("""
                delete from latency_stream where not exists (select 1 from latency_minute where stream_id = latency_stream.id)
                  and not exists (select 1 from latency_batch where stream_id = latency_stream.id)
                """));
        }
        return removed;
    }

    int Remove(string table, string which, object parameters) => _database.Write(connection =>
    {
        var sizes = connection.Query<long>($"delete from {table} {which} returning length(body)", parameters).ToList();
        Interlocked.Add(ref _bytes, -sizes.Sum(size => size + RowBytes));
        return sizes.Count;
    });

    // In steps, so that sign-ins and the like need not wait for a long deletion.
    int RemoveOldest(string table, long bytes)
    {
        var oldest = _database.Read(connection => connection.Query<(long Id, long Size)>(
            $"select id, length(body) from {table} order by minute, id limit {TrimRows}").ToList());
        var last = 0;
        for (long sum = 0; last < oldest.Count && sum < bytes; last++) sum += oldest[last].Size + RowBytes;
        return last == 0 ? 0 : Remove(table, "where id in @ids", new { ids = oldest.Take(last).Select(row => row.Id) });
    }

    internal static List<LatencyRow> Rows(SqliteConnection connection, string which, object parameters, string body = "r.body") =>
        connection.Query<Row>($"""
        select * from (
          select r.id as Id, s.session as Session, s.chain as Chain, r.minute as Minute, 1 as RolledUp, {Counted}, {body} as Body
          from latency_minute r join latency_stream s on s.id = r.stream_id where {which}
          union all
          select r.id as Id, s.session as Session, s.chain as Chain, r.minute as Minute, 0 as RolledUp, {Counted}, {body} as Body
          from latency_batch r join latency_stream s on s.id = r.stream_id where {which})
        order by Minute, RolledUp desc, Id limit @limit
        """, parameters).Select(row => row.ToRow()).ToList();

    static object Columns(long stream, long minute, LatencyCounts counts, byte[] body) => new
    {
        stream,
        Minute = minute,
        counts.Samples,
        counts.Expected,
        counts.Matched,
        counts.Unmatched,
        counts.Dropped,
        Body = body,
    };

    sealed class StreamRow
    {
        public string Session { get; init; } = "";
        public string Chain { get; init; } = "";
        public string Owner { get; init; } = "";

        public LatencyStream ToStream() => new(Session, Chain, Owner);
    }

    sealed class Row
    {
        public long Id { get; init; }
        public string Session { get; init; } = "";
        public string Chain { get; init; } = "";
        public long Minute { get; init; }
        public long RolledUp { get; init; }
        public long Samples { get; init; }
        public long Expected { get; init; }
        public long Matched { get; init; }
        public long Unmatched { get; init; }
        public long Dropped { get; init; }
        public byte[] Body { get; init; } = [];

        public LatencyRow ToRow() => new(Id, Session, Chain, Minute, RolledUp != 0, new(Samples, Expected, Matched, Unmatched, Dropped), Body);
    }
}
