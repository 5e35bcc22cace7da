namespace RemoteChain.Gateway.Hops;

/// <summary>
/// What a hop shows to its far end to be let in. A class with its own <see cref="ToString"/>, so that no log line or exception prints the
/// password by accident.
/// </summary>
public sealed class HopSignIn(string secret, string user, string password, string key = "")
{
    /// <summary>The name of the secret it is from, for messages.</summary>
    public string Secret { get; } = secret;

    /// <summary>The user.</summary>
    public string User { get; } = user;

    /// <summary>The password; of a key its passphrase, which may be empty.</summary>
    public string Password { get; } = password;

    /// <summary>A private key as its file has it; empty for a login.</summary>
    public string Key { get; } = key;

    /// <inheritdoc/>
    public override string ToString() => $"secret '{Secret}'";
}
