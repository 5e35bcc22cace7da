using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>What is known of a file before it becomes a secret: whether it can be used, and what must come with it.</summary>
/// <param name="Errors">Why it cannot be used; empty when it can.</param>
/// <param name="Notes">Lines without effect.</param>
/// <param name="NeedsLogin">Whether a user and a password must come with it.</param>
/// <param name="NeedsPassphrase">Whether a passphrase must come with it.</param>
public sealed record ProfileCheck(
    IReadOnlyList<ProfileRemark> Errors, IReadOnlyList<ProfileRemark> Notes, bool NeedsLogin = false, bool NeedsPassphrase = false)
{
    /// <summary>Checks a file of a kind that is a file.</summary>
    public static ProfileCheck Of(SecretKind kind, string text)
    {
        switch (kind)
        {
            case SecretKind.WireGuard:
                var wireGuard = WireGuardProfile.Parse(text);
                return new(wireGuard.Errors, wireGuard.Notes);
            case SecretKind.OpenVpn:
                var openVpn = OpenVpnProfile.Parse(text);
                return new(openVpn.Errors, openVpn.Notes, NeedsLogin: openVpn.Profile?.AsksForLogin ?? false);
            case SecretKind.SshKey:
                var key = SshKeyFile.Parse(text);
                return new(key.Errors, key.Notes, NeedsPassphrase: key.Profile?.IsLocked ?? false);
            default:
                return new([], []);
        }
    }

    /// <summary>The kind that a file looks like, by the words that only it has; null when it looks like none.</summary>
    public static SecretKind? KindOf(string text)
    {
        var lines = (ProfileText.Lines(text, []) ?? []).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        if (lines.Exists(line => line.Equals("[Interface]", StringComparison.OrdinalIgnoreCase))) return SecretKind.WireGuard;
        if (lines.Exists(line => line is "client" or "tls-client" or "<ca>" || line.StartsWith("remote ", StringComparison.Ordinal)))
            return SecretKind.OpenVpn;
        return lines.Count > 0 && lines[0].StartsWith("-----BEGIN ", StringComparison.Ordinal) ? SecretKind.SshKey : null;
    }
}
