using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>An SSH server that connects to the next layer on our behalf: a jump host.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Host">Name or address of the jump host, as the hop before it resolves it.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Credentials">Name of the secret: a login, or a private key with its user.</param>
/// <param name="HostKey">The only host key that is accepted; null to trust the first that is seen.</param>
public sealed record SshLayer(int Number, string Host, int Port, string Credentials, KeyFingerprint? HostKey) : HopLayer(Number)
{
    /// <summary>The port of SSH (RFC 4253, 4.1).</summary>
    public const int PortDefault = 22;

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new("ssh", "An SSH server that connects to the next layer: a jump host.",
    [
        new("host", "name or address", "Where the jump host is, as the hop before it resolves it.", null),
        new("port", "1 to 65535", "TCP port.", "22"),
        new("credentials", "name of a secret", "A login, or a secret of kind ssh-key: user and password, or user, private key and its "
            + "passphrase.", null),
        new("host-key", "SHA256:... | auto", "Fingerprint of the host key, as `ssh-keygen -lf` prints it; auto trusts the first key that is "
            + "seen and no other afterwards.", "auto"),
    ],
    reader => new SshLayer(
        reader.Number,
        Host: reader.Host("host"),
        Port: reader.Number32("port", 1, 65535, PortDefault),
        Credentials: reader.RequiredSecretName("credentials", [SecretKind.Login, SecretKind.SshKey]),
        HostKey: reader.Optional<KeyFingerprint>("host-key", KeyFingerprint.Expected, KeyFingerprint.TryParse)));

    /// <inheritdoc/>
    public override string Kind => "ssh";

    /// <inheritdoc/>
    public override string Summary => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Without the port that everybody expects: it is noise in every line of a report.</summary>
    public override string Title => Port == PortDefault ? $"ssh {Host}" : base.Title;

    /// <summary>What a host key's pin is tied to besides the chain; see <see cref="RdpLayer.PinKey"/>.</summary>
    public string PinKey => $"ssh {Summary}";
}
