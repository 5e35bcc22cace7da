using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>Local accounts: names, roles and password hashes (ASP.NET Core Identity's hasher, PBKDF2 with HMAC-SHA512).</summary>
public sealed class Accounts
{
    /// <summary>The rule for passwords as a sentence for people.</summary>
    public const string PasswordRule = "a password has 10 to 256 characters and is not the account's name";

    const int PasswordCharsMin = 10;
    const int PasswordCharsMax = 256;

    // OWASP's figure for PBKDF2 with HMAC-SHA512 (2023); about a tenth of a second.
    const int IterationsDefault = 210_000;

    readonly AccountStore _store;
    readonly PasswordHasher<StoredAccount> _hasher;

    // Checked when there is no such account, so that an unknown name takes as long as a wrong password.
    readonly Lazy<string> _nobodysHash;

    /// <summary>Accounts of a _store. Tests take fewer iterations, to be done today.</summary>
    public Accounts(AccountStore store, int iterations = IterationsDefault)
    {
        _store = store;
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        _nobodysHash = new(() => Hash(ReadableSecret.Groups(4)));
    }

    /// <summary>Adds an account. Null when the name is taken.</summary>
    public Account? Add(string name, Role role, string password) =>
        _store.Add(name, Word(role), Hash(password)) is { } id ? new Account(id, name, role) : null;

    /// <summary>All accounts, by name.</summary>
    public IReadOnlyList<StoredAccount> List() => _store.List();

    /// <summary>One account; null when there is none of that name.</summary>
    public Account? Find(string name) => _store.Find(name) is { } found ? From(found) : null;

    /// <summary>Sets a password and revokes the account's tokens.</summary>
    public void SetPassword(Account account, string password) => _store.SetPassword(account.Id, Hash(password));

    /// <summary>Changes a role. False when that would leave no admin.</summary>
    public bool SetRole(Account account, Role role) => _store.SetRole(account.Id, Word(role));

    /// <summary>Removes an account. False when that would leave no admin.</summary>
    public bool Delete(Account account) => _store.Delete(account.Id);

    /// <summary>Makes the first admin when there is no account at all; returns its password, which is not kept anywhere, else
    /// null.</summary>
    public string? EnsureFirstAdmin(string name)
    {
        if (!_store.IsEmpty()) return null;
        var password = MakePassword();
        return Add(name, Role.Admin, password) is null ? null : password;
    }

    /// <summary>Makes a password up: random, and fit to be read aloud.</summary>
    public static string MakePassword() => ReadableSecret.Groups(4);

    /// <summary>Whether a password may be used by the account.</summary>
    public static bool IsAcceptable(string account, string password) =>
        password.Length is >= PasswordCharsMin and <= PasswordCharsMax && !password.Equals(account, StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks a password; takes as long for an unknown name. The caller counts failures.</summary>
    internal Account? Check(string name, string password)
    {
        // A guess that no account can have need not be hashed to its full length, but it takes its time as well.
        var guess = password.Length > PasswordCharsMax ? "" : password;
        var found = _store.Find(name);
        var result = _hasher.VerifyHashedPassword(found!, found?.PasswordHash ?? _nobodysHash.Value, guess);
        if (found is null || result == PasswordVerificationResult.Failed) return null;
        if (result == PasswordVerificationResult.SuccessRehashNeeded) _store.Rehash(found.Id, Hash(password));
        return From(found);
    }

    internal static Account From(StoredAccount stored) =>
        new(stored.Id, stored.Name, stored.Role == Word(Role.Admin) ? Role.Admin : Role.User);

    /// <summary>The word that stands for a role in the store, the API and the command line.</summary>
    public static string Word(Role role) => role == Role.Admin ? "admin" : "user";

    string Hash(string password) => _hasher.HashPassword(null!, password);
}
