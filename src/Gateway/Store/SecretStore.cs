using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>An entry of the secret store without its value.</summary>
/// <param name="Id">Never reused; chains are tied to it, not to the name.</param>
/// <param name="Name">As chains refer to it.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="OwnerId">Account that may use it in chains; null when only admins may.</param>
/// <param name="Owner">That account's name; empty when only admins may.</param>
/// <param name="UserName">The user at the host, shown in lists.</param>
/// <param name="Created">When the entry was made.</param>
/// <param name="Changed">When its value was last set.</param>
public sealed record StoredSecret(long Id, string Name, SecretKind Kind, long? OwnerId, string Owner, string UserName, DateTimeOffset Created,
    DateTimeOffset Changed);

/// <summary>Entries of the secret store, sealed. Opening them is not this class's business.</summary>
public sealed class SecretStore(Database database)
{
    const string Select = """
        select s.id as Id, s.name as Name, s.kind as Kind, s.owner_id as OwnerId, coalesce(a.name, '') as Owner, s.user_name as UserName,
               s.created as CreatedMillis, s.changed as ChangedMillis
        from secret s left join account a on a.id = s.owner_id
        """;

    /// <summary>All entries, by name.</summary>
    public IReadOnlyList<StoredSecret> List() => database.Read(connection =>
        connection.Query<Row>($"{Select} order by s.name").Select(row => row.ToSecret()).ToList());

    /// <summary>One entry; null when there is none of that name.</summary>
    public StoredSecret? Find(string name) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} where s.name = @name", new { name })?.ToSecret());

    /// <summary>The sealed value; null when there is none of that name.</summary>
    public byte[]? FindSealed(string name) => database.Read(connection =>
        connection.QueryFirstOrDefault<byte[]>("select sealed from secret where name = @name", new { name }));

    /// <summary>Makes an entry, or sets the value of the one that is there, which keeps its owner and its chains.</summary>
    public void Save(string name, SecretKind kind, long? ownerId, string userName, byte[] @sealed) => database.Write(connection => connection.Execute("""
        insert into secret (name, kind, owner_id, user_name, sealed, created, changed)
        values (@name, @kind, @ownerId, @userName, @sealed, @now, @now)
        on conflict (name) do update set kind = @kind, user_name = @userName, sealed = @sealed, changed = @now
        """, new { name, kind = kind.Word(), ownerId, userName, @sealed, now = database.Now }));

    /// <summary>Removes an entry. False when there was none.</summary>
    public bool Delete(string name) => database.Write(connection => connection.Execute(
        "delete from secret where name = @name", new { name }) > 0);

    sealed class Row
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string Kind { get; init; } = "";
        public long? OwnerId { get; init; }
        public string Owner { get; init; } = "";
        public string UserName { get; init; } = "";
        public long CreatedMillis { get; init; }
        public long ChangedMillis { get; init; }

        public StoredSecret ToSecret() =>
            new(Id, Name, SecretKindName.TryParse(Kind, out var kind) ? kind : SecretKind.Login, OwnerId, Owner, UserName,
            Database.Instant(CreatedMillis), Database.Instant(ChangedMillis));
    }
}
