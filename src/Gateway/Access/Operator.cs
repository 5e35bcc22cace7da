using System.Security.Cryptography;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// Whoever may read the data directory: the user that runs the node, from the same machine. Proves it with a token that the node
/// writes there at every start (0600), and may then do what an admin may.
/// </summary>
public sealed class Operator
{
    readonly byte[] _tokenHash;

    /// <summary>Makes a fresh token.</summary>
    public Operator()
    {
        Token = "rco_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _tokenHash = SecretHash.Of(Token);
    }

    /// <summary>The account that the operator acts as. It has no password and is not in the store.</summary>
    public static Account Account { get; } = new(0, "operator", Role.Admin);

    /// <summary>The token, for the file.</summary>
    public string Token { get; }

    /// <summary>Whether this is the token.</summary>
    public bool IsToken(string token) => CryptographicOperations.FixedTimeEquals(SecretHash.Of(token), _tokenHash);
}
