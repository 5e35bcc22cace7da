using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>A chain as the store keeps it: text, not yet read.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Version">Counted from 1, never reused.</param>
/// <param name="Text">The document as it was written.</param>
/// <param name="Author">Who saved this version.</param>
/// <param name="Saved">When.</param>
/// <param name="OwnerId">Account that owns the chain; null when only admins do.</param>
/// <param name="Owner">That account's name; empty when only admins do.</param>
public sealed record StoredChain(string Name, int Version, string Text, string Author, DateTimeOffset Saved, long? OwnerId, string Owner);

/// <summary>One saved version in a chain's history.</summary>
public sealed record ChainVersion(int Version, string Author, DateTimeOffset Saved);

/// <summary>Chains with their history, and who was granted their use.</summary>
public sealed class ChainStore(Database database)
{
    /// <summary>Versions that are kept of one chain; the oldest go first.</summary>
    public const int VersionsMax = 200;

    const string Select = """
        select c.name as Name, v.version as Version, v.text as Text, v.author as Author, v.saved as SavedMillis,
               c.owner_id as OwnerId, coalesce(a.name, '') as Owner
        from chain c
        join chain_version v on v.chain_id = c.id
        left join account a on a.id = c.owner_id
        """;

    /// <summary>The newest version of every chain, by name.</summary>
    public IReadOnlyList<StoredChain> List() => database.Read(connection =>
        connection.Query<Row>($"{Select} where c.deleted is null and v.version = c.version order by c.name").Select(row => row.ToChain())
            .ToList());

    /// <summary>The newest version; null when there is none of that name, or it was deleted.</summary>
    public StoredChain? Find(string name) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} where c.name = @name and c.deleted is null and v.version = c.version",
            new { name })?.ToChain());

    /// <summary>Any version, of deleted chains too.</summary>
    public StoredChain? FindVersion(string name, int version) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} where c.name = @name and v.version = @version", new { name, version })?.ToChain());

    /// <summary>The newest version of a deleted chain; null when the name is free or in use.</summary>
    public StoredChain? FindDeleted(string name) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} where c.name = @name and c.deleted is not null and v.version = c.version",
            new { name })?.ToChain());

    /// <summary>Every kept version, newest first, of deleted chains too.</summary>
    public IReadOnlyList<ChainVersion> History(string name) => database.Read(connection =>
        connection.Query<Row>($"{Select} where c.name = @name order by v.version desc", new { name })
            .Select(row => new ChainVersion((int)row.Version, row.Author, Database.Instant(row.SavedMillis))).ToList());

    /// <summary>Saves a version and ties the secrets to it that it may open. Revives a deleted chain of that name.</summary>
    /// <param name="name">The chain's name.</param>
    /// <param name="text">The document.</param>
    /// <param name="author">Who saves it.</param>
    /// <param name="ownerId">Who owns the chain if it is new.</param>
    /// <param name="secretIds">Secrets that the author may use and the document names.</param>
    /// <param name="basedOn">The version that the author's rights were checked on, of a deleted chain too; 0 when there was none.</param>
    /// <returns>The number of the new version; 0 when somebody else saved since that one.</returns>
    public int Save(string name, string text, string author, long? ownerId, IReadOnlyList<long> secretIds, int basedOn) =>
        database.Write(connection =>
    {
        var saved = database.Now;
        var (id, version) = connection.QueryFirstOrDefault<(long, long)>(
            basedOn == 0
                ? "insert into chain (name, owner_id, version) values (@name, @ownerId, 1) on conflict (name) do nothing returning id, "
                    + "version"
                : "update chain set version = version + 1, deleted = null where name = @name and version = @basedOn returning id, version",
            new { name, ownerId, basedOn });
        if (version == 0) return 0;
        connection.Execute("insert into chain_version values (@id, @version, @text, @author, @saved)",
            new { id, version, text, author, saved });
        connection.Execute("delete from chain_version where chain_id = @id and version <= @version - @VersionsMax",
            new { id, version, VersionsMax });
        connection.Execute("delete from chain_secret where chain_id = @id", new { id });
        connection.Execute("insert into chain_secret values (@id, @secretId)",
            secretIds.Distinct().Select(secretId => new { id, secretId }));
        return (int)version;
    });

    /// <summary>Takes a chain out of use: its grants and pins go, its history stays. False when there is none.</summary>
    public bool Delete(string name) => database.Write(connection =>
    {
        if (Id(connection, name) is not { } id) return false;
        connection.Execute("""
            update chain set deleted = @now where id = @id;
            delete from chain_grant where chain_id = @id;
            delete from chain_secret where chain_id = @id;
            delete from certificate_pin where chain_id = @id;
            """, new { id, now = database.Now });
        return true;
    });

    /// <summary>Whether the chain's present version may open the secret.</summary>
    public bool MayOpen(string name, string secret) => database.Read(connection => connection.ExecuteScalar<bool>("""
        select exists (select 1 from chain c join chain_secret cs on cs.chain_id = c.id join secret s on s.id = cs.secret_id
                       where c.name = @name and c.deleted is null and s.name = @secret)
        """, new { name, secret }));

    /// <summary>Names of the chains whose present version may open the secret.</summary>
    public IReadOnlyList<string> ChainsWith(string secret) => database.Read(connection => connection.Query<string>("""
        select c.name from chain c join chain_secret cs on cs.chain_id = c.id join secret s on s.id = cs.secret_id
        where s.name = @secret order by c.name
        """, new { secret }).ToList());

    /// <summary>Lets an account use the chain. False when it could already.</summary>
    public bool Grant(string name, long accountId) => database.Write(connection =>
        Id(connection, name) is { } id
        && connection.Execute("insert or ignore into chain_grant values (@id, @accountId)", new { id, accountId }) > 0);

    /// <summary>Takes a grant back. False when there was none.</summary>
    public bool Revoke(string name, long accountId) => database.Write(connection =>
        connection.Execute("delete from chain_grant where account_id = @accountId and chain_id = (select id from chain where name = "
            + "@name)", new { name, accountId }) > 0);

    /// <summary>Whether the account was granted the chain.</summary>
    public bool IsGranted(string name, long accountId) => database.Read(connection => connection.ExecuteScalar<bool>("""
        select exists (select 1 from chain c join chain_grant g on g.chain_id = c.id
                       where c.name = @name and c.deleted is null and g.account_id = @accountId)
        """, new { name, accountId }));

    /// <summary>Names of the accounts that were granted the chain.</summary>
    public IReadOnlyList<string> Grants(string name) => database.Read(connection => connection.Query<string>("""
        select a.name from chain c join chain_grant g on g.chain_id = c.id join account a on a.id = g.account_id
        where c.name = @name order by a.name
        """, new { name }).ToList());

    internal static long? Id(SqliteConnection connection, string name) =>
        connection.ExecuteScalar<long?>("select id from chain where name = @name and deleted is null", new { name });

    sealed class Row
    {
        public string Name { get; init; } = "";
        public long Version { get; init; }
        public string Text { get; init; } = "";
        public string Author { get; init; } = "";
        public long SavedMillis { get; init; }
        public long? OwnerId { get; init; }
        public string Owner { get; init; } = "";

        public StoredChain ToChain() => new(Name, (int)Version, Text, Author, Database.Instant(SavedMillis), OwnerId, Owner);
    }
}
