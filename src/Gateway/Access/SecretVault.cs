namespace RemoteChain.Gateway.Access;

/// <summary>The secret store: entries are encrypted at rest, written by people, and opened only to start a back.</summary>
public sealed class SecretVault
{
    /// <summary>Opens an entry; null when there is none of that name.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The node's keys do not fit the entry.</exception>
    public Secret? Open(string name) => throw new NotImplementedException();
}
