using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>The authenticator of an account, as the store keeps it.</summary>
/// <param name="Sealed">Its key, encrypted.</param>
/// <param name="Begun">When its set-up began.</param>
/// <param name="Confirmed">When a first code of it was shown; null while it changes nothing yet.</param>
/// <param name="LastStep">The newest time step whose code was used.</param>
/// <param name="RecoveryCodes">Recovery codes that are left.</param>
public sealed record StoredSecondFactor(byte[] Sealed, DateTimeOffset Begun, DateTimeOffset? Confirmed, long LastStep, int RecoveryCodes);

/// <summary>Authenticators of accounts and the codes that stand in for them.</summary>
public sealed class SecondFactorStore(Database database)
{
    /// <summary>The authenticator of an account; null when it has none.</summary>
    public StoredSecondFactor? Find(long account) => database.Read(connection => connection.QueryFirstOrDefault<Row>("""
        select sealed as Sealed, begun as BegunMillis, confirmed as ConfirmedMillis, last_step as LastStep,
          (select count(*) from recovery_code where account_id = @account) as RecoveryCodes
        from second_factor where account_id = @account
        """, new { account })?.ToFactor());

    /// <summary>Accounts whose authenticator counts.</summary>
    public IReadOnlySet<long> Confirmed() => database.Read(connection =>
        connection.Query<long>("select account_id from second_factor where confirmed is not null").ToHashSet());

    /// <summary>Keeps a key that is not confirmed yet, instead of another such. False when the account has one that counts.</summary>
    public bool Begin(long account, byte[] sealedKey) => database.Write(connection => connection.Execute("""
        insert into second_factor (account_id, sealed, begun, confirmed, last_step) values (@account, @sealedKey, @now, null, 0)
        on conflict (account_id) do update set sealed = excluded.sealed, begun = excluded.begun, last_step = 0 where confirmed is null
        """, new { account, sealedKey, now = database.Now }) > 0);

    /// <summary>Makes the key count, with the codes that stand in for it. False when there is none that waits for it, or another one than
    /// the caller has seen.</summary>
    public bool Confirm(long account, byte[] sealedKey, long step, IReadOnlyList<byte[]> recoveryHashes) => database.Write(connection =>
    {
        if (connection.Execute("""
            update second_factor set confirmed = @now, last_step = @step
            where account_id = @account and confirmed is null and sealed = @sealedKey
            """, new { account, sealedKey, step, now = database.Now }) == 0) return false;
        Replace(connection, account, recoveryHashes);
        return true;
    });

    /// <summary>Uses the code of a time step up. False when it or a later one was used before.</summary>
    public bool UseStep(long account, long step) => database.Write(connection => connection.Execute(
        "update second_factor set last_step = @step where account_id = @account and confirmed is not null and last_step < @step",
        new { account, step }) > 0);

    /// <summary>Uses a recovery code up. False when there is none such.</summary>
    public bool UseRecoveryCode(long account, byte[] hash) => database.Write(connection =>
        connection.Execute("delete from recovery_code where account_id = @account and hash = @hash", new { account, hash }) > 0);

    /// <summary>Takes the authenticator and its recovery codes away. False when there was none.</summary>
    public bool Remove(long account) => database.Write(connection =>
    {
        Replace(connection, account, []);
        return connection.Execute("delete from second_factor where account_id = @account", new { account }) > 0;
    });

    static void Replace(SqliteConnection connection, long account, IReadOnlyList<byte[]> hashes)
    {
        connection.Execute("delete from recovery_code where account_id = @account", new { account });
        foreach (var hash in hashes) connection.Execute("insert into recovery_code values (@account, @hash)", new { account, hash });
    }

    sealed class Row
    {
        public byte[] Sealed { get; init; } = [];
        public long BegunMillis { get; init; }
        public long? ConfirmedMillis { get; init; }
        public long LastStep { get; init; }
        public long RecoveryCodes { get; init; }

        public StoredSecondFactor ToFactor() => new(Sealed, Database.Instant(BegunMillis),
            ConfirmedMillis is { } confirmed ? Database.Instant(confirmed) : null, LastStep, (int)RecoveryCodes);
    }
}
