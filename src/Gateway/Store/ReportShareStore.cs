using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>A latency report that somebody handed on, as the store keeps it.</summary>
/// <param name="Id">Names it; no secret.</param>
/// <param name="OwnerId">Whose it is; null for the operator's.</param>
/// <param name="Owner">The same by name.</param>
/// <param name="Chain">What it is about.</param>
/// <param name="Session">One session of the chain; null for all that the owner may see.</param>
/// <param name="Since">From when on.</param>
/// <param name="Until">Until when.</param>
/// <param name="Load"><c>idle</c>, <c>busy</c>, or null for both.</param>
/// <param name="Created">When it was handed on.</param>
/// <param name="Expires">Nobody reads it afterwards.</param>
public sealed record StoredReportShare(string Id, long? OwnerId, string Owner, string Chain, string? Session, DateTimeOffset Since, DateTimeOffset Until,
    string? Load, DateTimeOffset Created, DateTimeOffset Expires)
{
    /// <summary>Names of the accounts that have opened its link.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];
}

/// <summary>Reports that were handed on, by the hash of their link's token, and who has opened them. What has expired is not there.</summary>
public sealed class ReportShareStore(Database database)
{
    /// <summary>Shares of one account that can hold at once.</summary>
    public const int PerOwnerMax = 200;

    const string Select = """
        select id as Id, owner_id as OwnerId, owner as Owner, chain as Chain, session as Session, since as SinceMillis, until as UntilMillis, load as Load,
          created as CreatedMillis, expires as ExpiresMillis
        from report_share where expires > @now
        """;

    /// <summary>Keeps a share; expired ones of everybody go. False when its owner has too many.</summary>
    public bool Add(StoredReportShare share, byte[] hash) => database.Write(connection => connection.Execute("""
        delete from report_share where expires <= @now;
        insert into report_share (id, hash, owner_id, owner, chain, session, since, until, load, created, expires)
        select @Id, @hash, @OwnerId, @Owner, @Chain, @Session, @since, @until, @Load, @created, @expires
        where (select count(*) from report_share where owner_id is @OwnerId) < @PerOwnerMax;
        """, new
    {
        share.Id, share.OwnerId, share.Owner, share.Chain, share.Session, share.Load, hash, PerOwnerMax, now = database.Now, since = Millis(share.Since),
        until = Millis(share.Until), created = Millis(share.Created), expires = Millis(share.Expires),
    }) > 0 && connection.ExecuteScalar<bool>("select exists (select 1 from report_share where id = @Id)", new { share.Id }));

    /// <summary>The share of a token that holds; null when there is none.</summary>
    public StoredReportShare? Find(byte[] hash) => One("and hash = @hash", new { hash, now = database.Now });

    /// <summary>The share of an id that holds; null when there is none.</summary>
    public StoredReportShare? Find(string id) => One("and id = @id", new { id, now = database.Now });

    /// <summary>Shares that hold, the newest first: one owner's (null: the operator's), or everybody's.</summary>
    public IReadOnlyList<StoredReportShare> List(long? ownerId, bool isOfAll) => database.Read(connection =>
        connection.Query<Row>($"{Select} and (@isOfAll or owner_id is @ownerId) order by created desc, id", new { ownerId, isOfAll, now = database.Now })
            .Select(row => row.ToShare(connection)).ToList());

    /// <summary>Notes that an account has opened a share. False when it had already.</summary>
    public bool AddReader(string id, long accountId) => database.Write(connection => connection.Execute(
        "insert or ignore into report_share_reader (share_id, account_id, opened) values (@id, @accountId, @now)",
        new { id, accountId, now = database.Now }) > 0);

    /// <summary>Whether an account has opened a share.</summary>
    public bool IsReader(string id, long accountId) => database.Read(connection => connection.ExecuteScalar<bool>(
        "select exists (select 1 from report_share_reader where share_id = @id and account_id = @accountId)", new { id, accountId }));

    /// <summary>Ends a share. False when there was none.</summary>
    public bool Delete(string id) => database.Write(connection => connection.Execute("delete from report_share where id = @id", new { id }) > 0);

    StoredReportShare? One(string condition, object values) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} {condition}", values)?.ToShare(connection));

    static long Millis(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    sealed class Row
    {
        public string Id { get; init; } = "";
        public long? OwnerId { get; init; }
        public string Owner { get; init; } = "";
        public string Chain { get; init; } = "";
        public string? Session { get; init; }
        public long SinceMillis { get; init; }
        public long UntilMillis { get; init; }
        public string? Load { get; init; }
        public long CreatedMillis { get; init; }
        public long ExpiresMillis { get; init; }

        public StoredReportShare ToShare(SqliteConnection connection) => new(Id, OwnerId, Owner, Chain, Session, Database.Instant(SinceMillis),
            Database.Instant(UntilMillis), Load, Database.Instant(CreatedMillis), Database.Instant(ExpiresMillis))
        {
            Readers = [.. connection.Query<string>(
                "select a.name from report_share_reader r join account a on a.id = r.account_id where r.share_id = @Id order by r.opened, a.name", new { Id })],
        };
    }
}
