using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>A local account as the store keeps it.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Name">Compared without regard to case.</param>
/// <param name="Role"><c>user</c> or <c>admin</c>.</param>
/// <param name="PasswordHash">As ASP.NET Core Identity's hasher writes it.</param>
/// <param name="Created">When the account was made.</param>
/// <param name="PasswordChanged">When the password was last set.</param>
public sealed record StoredAccount(long Id, string Name, string Role, string PasswordHash, DateTimeOffset Created,
    DateTimeOffset PasswordChanged);

/// <summary>Local accounts. What removes an account or changes its password ends its sign-ins.</summary>
public sealed class AccountStore(Database database)
{
    /// <summary>Told after sign-ins of an account may have ended.</summary>
    public event Action? SignInsEnded;

    const string Select =
        "select id as Id, name as Name, role as Role, password_hash as PasswordHash, created as CreatedMillis, password_changed as "
            + "PasswordChangedMillis from account";

    /// <summary>All accounts, by name.</summary>
    public IReadOnlyList<StoredAccount> List() => database.Read(connection =>
        connection.Query<Row>($"{Select} order by name").Select(row => row.ToAccount()).ToList());

    /// <summary>One account; null when there is none of that name.</summary>
    public StoredAccount? Find(string name) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} where name = @name", new { name })?.ToAccount());

    /// <summary>Adds an account. Null when the name is taken.</summary>
    public long? Add(string name, string role, string passwordHash) => database.Write(connection => connection.ExecuteScalar<long?>("""
        insert into account (name, role, password_hash, created, password_changed) values (@name, @role, @passwordHash, @now, @now)
        on conflict (name) do nothing returning id
        """, new { name, role, passwordHash, now = database.Now }));

    /// <summary>Sets a password and revokes the account's tokens: whoever knew the old password is out.</summary>
    public void SetPassword(long id, string passwordHash)
    {
        database.Write(connection => connection.Execute("""
            update account set password_hash = @passwordHash, password_changed = @now where id = @id;
            delete from token where account_id = @id;
            """, new { id, passwordHash, now = database.Now }));
        SignInsEnded?.Invoke();
    }

    /// <summary>Replaces a hash by a stronger one of the same password.</summary>
    public void Rehash(long id, string passwordHash) => database.Write(connection =>
        connection.Execute("update account set password_hash = @passwordHash where id = @id", new { id, passwordHash }));

    /// <summary>Changes a role. False when that would leave no admin.</summary>
    public bool SetRole(long id, string role) => database.Write(connection =>
        connection.Execute($"update account set role = @role where id = @id and (@role = 'admin' or {AnotherAdmin})",
            new { id, role }) > 0);

    /// <summary>Removes an account with its tokens and grants. False when that would leave no admin.</summary>
    public bool Delete(long id)
    {
        var deleted = database.Write(connection =>
            connection.Execute($"delete from account where id = @id and (role <> 'admin' or {AnotherAdmin})", new { id }) > 0);
        if (deleted) SignInsEnded?.Invoke();
        return deleted;
    }

    /// <summary>Whether there is no account at all: the node's first run.</summary>
    public bool IsEmpty() => database.Read(connection => !connection.ExecuteScalar<bool>("select exists (select 1 from account)"));

    /// <summary>The account of an id; null when there is none.</summary>
    internal static StoredAccount? Find(Database database, long id) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} where id = @id", new { id })?.ToAccount());

    const string AnotherAdmin = "exists (select 1 from account other where other.role = 'admin' and other.id <> @id)";

    sealed class Row
    {
        public long Id { get; init; }
        public string Name { get; init; } = "";
        public string Role { get; init; } = "";
        public string PasswordHash { get; init; } = "";
        public long CreatedMillis { get; init; }
        public long PasswordChangedMillis { get; init; }

        public StoredAccount ToAccount() =>
            new(Id, Name, Role, PasswordHash, Database.Instant(CreatedMillis), Database.Instant(PasswordChangedMillis));
    }
}
