using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>An authenticator whose set-up has begun: the only moment at which its key can be read.</summary>
public sealed class NewSecondFactor(string uri, string key)
{
    /// <summary>What an authenticator scans, as <c>otpauth:</c>.</summary>
    public string Uri { get; } = uri;

    /// <summary>The key for one that cannot scan.</summary>
    public string Key { get; } = key;

    /// <inheritdoc/>
    public override string ToString() => "a new authenticator";
}

/// <summary>How a code fared.</summary>
internal enum CodeVerdict
{
    /// <summary>The account has no authenticator: no code is needed.</summary>
    NotNeeded,

    /// <summary>Right, and used up now.</summary>
    Right,

    /// <summary>A recovery code, and used up now.</summary>
    Recovery,

    /// <summary>Wrong, used before, or of another time.</summary>
    Wrong,
}

/// <summary>
/// Authenticators of accounts: TOTP keys, sealed like secrets, and the recovery codes that stand in for them. What counts failures is
/// <see cref="SignIn"/>.
/// </summary>
public sealed class SecondFactors(SecondFactorStore store, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Recovery codes of one account.</summary>
    public const int RecoveryCodes = 10;

    const string Issuer = "RemoteChain";

    // 75 random bits: a plain hash is enough to keep them by.
    const int RecoveryGroups = 3;
    const int RecoveryCharsMax = 64;

    /// <summary>What is kept of an account's authenticator; null when it has none.</summary>
    public StoredSecondFactor? Find(Account account) => store.Find(account.Id);

    /// <summary>Whether signing in as the account takes a code.</summary>
    public bool IsOn(Account account) => store.Find(account.Id)?.Confirmed is not null;

    /// <summary>Ids of all accounts that sign in with a code.</summary>
    public IReadOnlySet<long> All() => store.Confirmed();

    /// <summary>Makes a key up, instead of one that was never confirmed. Nothing changes until <see cref="Confirm"/>. Null when the account
    /// has an authenticator already.</summary>
    public NewSecondFactor? Begin(Account account)
    {
        var key = RandomNumberGenerator.GetBytes(Totp.KeyBytes);
        try
        {
            return store.Begin(account.Id, Protector(account).Protect(key))
                ? new(Totp.Uri(key, Issuer, account.Name), Totp.Text(key))
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>From now on signing in takes a code. Null when the code is wrong or nothing waits for one.</summary>
    /// <returns>The recovery codes, which can be read at this moment only.</returns>
    public IReadOnlyList<string>? Confirm(Account account, string code)
    {
        if (store.Find(account.Id) is not { Confirmed: null } waiting || StepOf(account, waiting, Bare(code)) is not { } step) return null;
        var recovery = Enumerable.Range(0, RecoveryCodes).Select(_ => ReadableSecret.Groups(RecoveryGroups)).ToList();
        return store.Confirm(account.Id, waiting.Sealed, step, [.. recovery.Select(Hash)]) ? recovery : null;
    }

    /// <summary>Signing in takes no code any more. False when there was no authenticator.</summary>
    public bool Remove(Account account) => store.Remove(account.Id);

    /// <summary>Checks a code and uses it up.</summary>
    internal CodeVerdict Use(Account account, string code)
    {
        if (store.Find(account.Id) is not { Confirmed: not null } factor) return CodeVerdict.NotNeeded;
        var bare = Bare(code);
        if (Totp.IsCode(bare))
            return StepOf(account, factor, bare) is { } step && store.UseStep(account.Id, step) ? CodeVerdict.Right : CodeVerdict.Wrong;
        return store.UseRecoveryCode(account.Id, Hash(code)) ? CodeVerdict.Recovery : CodeVerdict.Wrong;
    }

    long? StepOf(Account account, StoredSecondFactor factor, string code)
    {
        byte[] key;
        try
        {
            key = Protector(account).Unprotect(factor.Sealed);
        }
        catch (CryptographicException)
        {
            // The keys of the data directory are not those it was sealed with: no code can be right; an admin removes the authenticator.
            return null;
        }
        var step = Totp.StepOf(key, code, time.GetUtcNow());
        CryptographicOperations.ZeroMemory(key);
        return step;
    }

    IDataProtector Protector(Account account) => protection.CreateProtector("RemoteChain.Access.SecondFactor", $"{account.Id}");

    // Authenticators show codes in two groups, and people type them so.
    static string Bare(string code) => code.Length > RecoveryCharsMax ? "" : code.Replace(" ", "", StringComparison.Ordinal);

    static byte[] Hash(string recoveryCode) => SecretHash.OfTyped(recoveryCode, RecoveryCharsMax);
}
