using System.Security.Cryptography;
using System.Text;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>A token that was just made: the only moment at which it can be read.</summary>
public sealed class NewBearerToken(string token, DateTimeOffset expires)
{
    /// <summary>The token itself.</summary>
    public string Token { get; } = token;

    /// <summary>Worthless afterwards.</summary>
    public DateTimeOffset Expires { get; } = expires;

    /// <inheritdoc/>
    public override string ToString() => "a bearer token";
}

/// <summary>Tokens that stand for a sign-in over the API. Random, so a plain SHA-256 is enough to keep them by.</summary>
public sealed class BearerTokens(AccountStore accounts, TimeProvider time)
{
    /// <summary>How long a token holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Makes a token for an account that has signed in.</summary>
    public NewBearerToken Create(Account account)
    {
        var token = "rct_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var expires = time.GetUtcNow() + Lifetime;
        accounts.AddToken(account.Id, Hash(token), expires);
        return new(token, expires);
    }

    /// <summary>The account that a token stands for; null when it is unknown, expired or revoked.</summary>
    public Account? Find(string token) => accounts.FindByToken(Hash(token)) is { } found ? Accounts.From(found) : null;

    /// <summary>Revokes a token. False when there was none.</summary>
    public bool Revoke(string token) => accounts.DeleteToken(Hash(token));

    static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
