using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// The opened value of an entry of the secret store. A class with its own <see cref="ToString"/>, not a plain record, so that no log
/// line or exception prints the password by accident.
/// </summary>
public sealed class Secret(string name, string user, string domain, string password, SecretKind kind = SecretKind.Login, string text = "")
{
    /// <summary>The entry's name, as chains refer to it.</summary>
    public string Name { get; } = name;

    /// <summary>What it is for.</summary>
    public SecretKind Kind { get; } = kind;

    /// <summary>User name at the host.</summary>
    public string User { get; } = user;

    /// <summary>Windows domain at the host; empty for a local account.</summary>
    public string Domain { get; } = domain;

    /// <summary>The password itself; of a key its passphrase, which may be empty.</summary>
    public string Password { get; } = password;

    /// <summary>The file's text for kinds that are files (a profile, a key); else empty.</summary>
    public string Text { get; } = text;

    /// <inheritdoc/>
    public override string ToString() => $"secret '{Name}'";
}
