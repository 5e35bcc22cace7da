namespace RemoteChain.Gateway.Store;

/// <summary>What an entry of the secret store is for.</summary>
public enum SecretKind
{
    /// <summary>User, domain and password at a host or proxy.</summary>
    Login,

    /// <summary>A WireGuard profile, as <c>wg-quick(8)</c> reads it.</summary>
    WireGuard,

    /// <summary>An OpenVPN profile with its keys inline, and the user and password where the server asks for them.</summary>
    OpenVpn,

    /// <summary>A private key for SSH as a file has it, with the user it is for and its passphrase.</summary>
    SshKey,
}

/// <summary>The words for kinds of secrets: the same in the store, the API and on the command line.</summary>
public static class SecretKindName
{
    private static readonly string[] s_names = ["login", "wireguard", "openvpn", "ssh-key"];
    private static readonly SecretKind[][] s_alone = [.. Enum.GetValues<SecretKind>().Select(kind => new[] { kind })];

    /// <summary>All words.</summary>
    public static IReadOnlyList<string> All => s_names;

    /// <summary>For example <c>ssh-key</c>.</summary>
    public static string Word(this SecretKind kind) => s_names[(int)kind];

    /// <summary>A list with this kind only: always the same one, so that lists can be compared.</summary>
    public static IReadOnlyList<SecretKind> Alone(this SecretKind kind) => s_alone[(int)kind];

    /// <summary>The kind of a word; false when there is none.</summary>
    public static bool TryParse(string word, out SecretKind kind)
    {
        int index = Array.IndexOf(s_names, word);
        kind = (SecretKind)Math.Max(index, 0);
        return index >= 0;
    }
}
