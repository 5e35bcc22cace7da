using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>A sign-in as the store keeps it.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Client">What signed in, as it calls itself; untrusted text, shortened.</param>
/// <param name="Address">From where.</param>
/// <param name="Since">When.</param>
/// <param name="Expires">Worthless afterwards.</param>
/// <param name="Used">When it was last used, to the minute.</param>
/// <param name="UsedAddress">From where it was last used.</param>
public sealed record StoredSignIn(long Id, string Client, string Address, DateTimeOffset Since, DateTimeOffset Expires, DateTimeOffset Used,
    string UsedAddress);

/// <summary>Bearer tokens of accounts, by their hash. Removing an account or changing its password removes them too.</summary>
public sealed class TokenStore(Database database)
{
    /// <summary>Sign-ins that one account can have; the oldest goes when another is made.</summary>
    public const int PerAccountMax = 100;

    const int ClientCharsMax = 128;

    // A sign-in that is used all the time need not be written all the time.
    const long UsedEveryMillis = 60_000;

    /// <summary>Keeps a token's hash; expired tokens of everybody go.</summary>
    public void Add(long accountId, byte[] hash, DateTimeOffset expires, string client, string address) => database.Write(connection =>
        connection.Execute("""
            delete from token where expires <= @now;
            delete from token where account_id = @accountId and id not in (
              select id from token where account_id = @accountId order by id desc limit @PerAccountMax - 1);
            insert into token (account_id, hash, created, expires, client, address, used, used_address)
            values (@accountId, @hash, @now, @expires, @client, @address, @now, @address);
            """, new
        {
            accountId, hash, address, PerAccountMax, now = database.Now, expires = expires.ToUnixTimeMilliseconds(),
            client = AuditLog.Shown(client, ClientCharsMax),
        }));

    /// <summary>The account and the sign-in of a token that has not expired, and notes that it is used.</summary>
    public (long Id, StoredAccount Account)? Use(byte[] hash, string address)
    {
        var now = database.Now;
        var found = database.Read(connection => connection.QueryFirstOrDefault<(long Id, long Account, long Used, string UsedAddress)?>(
            "select id, account_id, used, used_address from token where hash = @hash and expires > @now", new { hash, now }));
        if (found is not { } token || AccountStore.Find(database, token.Account) is not { } account) return null;
        if (now - token.Used >= UsedEveryMillis || (address.Length > 0 && address != token.UsedAddress))
            database.Write(connection => connection.Execute(
                "update token set used = @now, used_address = case @address when '' then used_address else @address end where id = @Id",
                new { token.Id, now, address }));
        return (token.Id, account);
    }

    /// <summary>An account's sign-ins that hold, the newest first.</summary>
    public IReadOnlyList<StoredSignIn> List(long accountId) => database.Read(connection => connection.Query<Row>("""
        select id as Id, client as Client, address as Address, created as CreatedMillis, expires as ExpiresMillis,
          max(used, created) as UsedMillis, used_address as UsedAddress
        from token where account_id = @accountId and expires > @now order by id desc
        """, new { accountId, now = database.Now }).Select(row => row.ToSignIn()).ToList());

    /// <summary>Of some sign-ins, those that hold.</summary>
    public IReadOnlySet<long> Holding(IReadOnlyCollection<long> ids) => database.Read(connection => connection.Query<long>(
        "select id from token where id in @ids and expires > @now", new { ids, now = database.Now }).ToHashSet());

    /// <summary>Revokes one token. False when there was none.</summary>
    public bool Delete(byte[] hash) => database.Write(connection => connection.Execute("delete from token where hash = @hash", new { hash }) > 0);

    /// <summary>Revokes one sign-in of an account. False when there was none.</summary>
    public bool Delete(long accountId, long id) => database.Write(connection =>
        connection.Execute("delete from token where account_id = @accountId and id = @id", new { accountId, id }) > 0);

    /// <summary>Revokes an account's sign-ins, but for one that is kept (0 = none). Returns how many.</summary>
    public int DeleteAll(long accountId, long keptId) => database.Write(connection =>
        connection.Execute("delete from token where account_id = @accountId and id <> @keptId", new { accountId, keptId }));

    sealed class Row
    {
        public long Id { get; init; }
        public string Client { get; init; } = "";
        public string Address { get; init; } = "";
        public long CreatedMillis { get; init; }
        public long ExpiresMillis { get; init; }
        public long UsedMillis { get; init; }
        public string UsedAddress { get; init; } = "";

        public StoredSignIn ToSignIn() => new(Id, Client, Address, Database.Instant(CreatedMillis), Database.Instant(ExpiresMillis),
            Database.Instant(UsedMillis), UsedAddress);
    }
}
