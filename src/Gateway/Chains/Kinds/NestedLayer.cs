using System.Globalization;

namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>A desktop inside the desktop before it: an RDP client is started there, which shows this one in full size.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Host">Name or address, as the desktop before it resolves it.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Credentials">Name of the secret with user, domain and password; null when the host shall ask.</param>
/// <param name="Template">Name of the template that starts the client.</param>
/// <param name="Certificate">SHA-256 of the host's certificate in lower case hex; null trusts the first one that the client sees.</param>
/// <param name="KeyboardLayout">Windows keyboard layout identifier (0x409 = US); null follows the first front.</param>
public sealed record NestedLayer(
    int Number,
    string Host,
    int Port,
    string? Credentials,
    string Template = NestedLayer.TemplateDefault,
    string? Certificate = null,
    uint? KeyboardLayout = null) : DesktopLayer(Number)
{
    /// <summary>The template of Linux hosts.</summary>
    public const string TemplateDefault = "xfreerdp3";

    private const int Sha256HexChars = 64;

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new(
        "nested", "A desktop inside the desktop before it: an RDP client is started there, which shows this one in full size.",
    [
        new("host", "name or address", "Where the desktop is, as the desktop before it resolves it.", null),
        new("port", "1 to 65535", "TCP port.", "3389"),
        new("credentials", "name of a secret", "User, domain and password; without it the host asks.", "none"),
        new("template", "name of a template", "How the client is started in the desktop before: `remotechain nested list` shows them.",
            TemplateDefault),
        new("certificate", "SHA-256 in hex | auto", "The host's certificate; auto trusts the first one that the client sees, in the store of the "
            + "user of the desktop before.", "auto"),
        new("keyboard", "us, uk, de, fr, ... | 0x409 | auto", "Keyboard layout at the host; auto follows the first front.", "auto"),
    ],
    reader => new NestedLayer(
        reader.Number,
        Host: reader.Host("host"),
        Port: reader.Number32("port", 1, 65535, RdpLayer.PortDefault),
        Credentials: reader.SecretName("credentials"),
        Template: reader.Text("template", TemplateDefault, text => Name.IsValid(text), $"the name of a template ({Name.Rule})"),
        Certificate: ReadCertificate(reader.Text("certificate", "auto", text => text == "auto" || IsSha256(Plain(text)),
            "a SHA-256 of 64 hexadecimal digits (colons do not matter), or auto")),
        KeyboardLayout: reader.Optional<uint>("keyboard", "a layout name such as us, uk, de or fr, an identifier such as 0x409, or auto",
            KeyboardLayouts.TryParse)));

    /// <inheritdoc/>
    public override string Kind => "nested";

    /// <inheritdoc/>
    public override string Summary => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Without the port that everybody expects.</summary>
    public override string Title => Port == RdpLayer.PortDefault ? $"nested {Host}" : base.Title;

    static string? ReadCertificate(string text) => text == "auto" ? null : Plain(text);

    static string Plain(string text) => text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();

    static bool IsSha256(string text) => text.Length == Sha256HexChars && text.All(char.IsAsciiHexDigit);
}
