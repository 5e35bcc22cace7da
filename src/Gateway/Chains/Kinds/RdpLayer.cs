using System.Globalization;

namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>Which security protocols the back may agree on with the host (MS-RDPBCGR 5.4.5).</summary>
public enum RdpSecurity
{
    /// <summary>Whatever the host prefers; never below what the host demands.</summary>
    Any,

    /// <summary>CredSSP (network level authentication) only.</summary>
    Nla,

    /// <summary>TLS, the host asks for the password on its own screen if it must.</summary>
    Tls,

    /// <summary>RDP standard security. Weak: for hosts that know nothing else.</summary>
    Rdp,
}

/// <summary>What the gateway may send to a host to find out how long the way to it is.</summary>
public enum HostProbes
{
    /// <summary><see cref="Echo"/> where the server is of a known kind, else <see cref="Passive"/>.</summary>
    Auto,

    /// <summary>Nothing is measured beside the session.</summary>
    Off,

    /// <summary>Only what the node's kernel knows of the session's own connection.</summary>
    Passive,

    /// <summary>Also echoes of the host's network stack: ICMP, and refused TCP connections.</summary>
    Echo,

    /// <summary>Also echoes of the server itself inside the connection, where it is known to survive them.</summary>
    Server,
}

/// <summary>When the gateway may press a key of its own to measure from end to end.</summary>
public enum KeyProbes
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>When somebody asks for it, and nobody has used the session for some seconds.</summary>
    Demand,

    /// <summary>Also by itself, now and then, while fronts look and nobody uses the session.</summary>
    Idle,
}

/// <summary>Width and height of a desktop in pixels.</summary>
public readonly record struct DesktopSize(int Width, int Height)
{
    const int SideMin = 200;   // MS-RDPEDISP 2.2.2.2.1: what a host accepts at least
    const int WidthMax = 4096; // the largest surface that a node makes
    const int HeightMax = 2304;

    /// <summary>What <see cref="TryParse"/> expects, in words.</summary>
    public const string Expected = "a size such as 1280x800 (200x200 to 4096x2304), or auto";

    /// <summary>Reads <c>1280x800</c>.</summary>
    public static bool TryParse(string text, out DesktopSize size)
    {
        var parts = text.Split('x');
        size = default;
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height)) return false;
        size = new(width, height);
        return width is >= SideMin and <= WidthMax && height is >= SideMin and <= HeightMax;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height}";
}

/// <summary>A remote desktop that speaks RDP.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Host">Name or address, as the hop before it resolves it.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Credentials">Name of the secret with user, domain and password; null when the host shall ask.</param>
/// <param name="Security">Protocols that may be agreed on.</param>
/// <param name="Graphics">Whether the graphics pipeline (MS-RDPEGFX) is offered.</param>
/// <param name="Size">Fixed size of the desktop; null follows the first front.</param>
/// <param name="KeyboardLayout">Windows keyboard layout identifier (0x409 = US); null follows the first front.</param>
/// <param name="Probes">What may be sent to the host to measure the way to it.</param>
/// <param name="KeyProbes">When a key may be pressed to measure from end to end.</param>
/// <param name="ProbeKey">Scancode of that key (set 1).</param>
/// <param name="ProbeUndoKey">Scancode of the key that takes its effect back; 0 = none.</param>
public sealed record RdpLayer(
    int Number,
    string Host,
    int Port,
    string? Credentials,
    RdpSecurity Security,
    bool Graphics,
    DesktopSize? Size,
    uint? KeyboardLayout,
    HostProbes Probes = HostProbes.Auto,
    KeyProbes KeyProbes = KeyProbes.Off,
    int ProbeKey = RdpLayer.ProbeKeyDefault,
    int ProbeUndoKey = RdpLayer.ProbeUndoKeyDefault) : DesktopLayer(Number), IProbedDesktop
{
    /// <summary>The port that RDP hosts listen on unless told otherwise.</summary>
    public const int PortDefault = 3389;

    /// <summary>Space: it paints wherever text is typed.</summary>
    public const int ProbeKeyDefault = 0x39;

    /// <summary>Backspace: what Space did is undone where text is typed.</summary>
    public const int ProbeUndoKeyDefault = 0x0E;

    internal const int ScancodeMax = 0x7F;

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new("rdp", "A remote desktop that speaks RDP.",
    [
        new("host", "name or address", "Where the desktop is, as the hop before it resolves it.", null),
        new("port", "1 to 65535", "TCP port.", "3389"),
        new("credentials", "name of a secret", "User, domain and password at the host; without it the host asks.", "none"),
        new("security", "any | nla | tls | rdp", "Which security protocols may be agreed on. `rdp` is weak.", "any"),
        new("graphics", "on | off", "Whether the graphics pipeline is offered; off for hosts that stumble over it.", "on"),
        new("size", "WIDTHxHEIGHT | auto", "A fixed size of the desktop; auto follows the first front.", "auto"),
        new("keyboard", "us, uk, de, fr, ... | 0x409 | auto", "Keyboard layout at the host; auto follows the first front.", "auto"),
        new("probes", "auto | off | passive | echo | server", "What may be sent to the host to measure the way to it: nothing, nothing "
            + "beside the session, ICMP echoes and refused TCP connections, also requests inside the session where the server is known to refuse "
            + "them. auto is echo where the server is of a known kind, else passive.", "auto"),
        new("key-probes", "off | demand | idle", "When the gateway may press a key at the host to measure from end to end: never, when "
            + "somebody asks, also by itself. Never within 5 s of a user's input.", "off"),
        new("probe-key", "1 to 127", "Scancode of the key that is pressed. 57 is Space.", "57"),
        new("probe-undo-key", "0 to 127", "Scancode of the key that takes it back; 0 presses none. 14 is Backspace.", "14"),
    ],
    reader => new RdpLayer(
        reader.Number,
        Host: reader.Host("host"),
        Port: reader.Number32("port", 1, 65535, PortDefault),
        Credentials: reader.SecretName("credentials"),
        Security: reader.Choice("security", RdpSecurity.Any),
        Graphics: reader.Switch("graphics", true),
        Size: reader.Optional<DesktopSize>("size", DesktopSize.Expected, DesktopSize.TryParse),
        KeyboardLayout: reader.Optional<uint>("keyboard", "a layout name such as us, uk, de or fr, an identifier such as 0x409, or auto",
            KeyboardLayouts.TryParse),
        Probes: reader.Choice("probes", HostProbes.Auto),
        KeyProbes: reader.Choice("key-probes", KeyProbes.Off),
        ProbeKey: reader.Number32("probe-key", 1, ScancodeMax, ProbeKeyDefault),
        ProbeUndoKey: reader.Number32("probe-undo-key", 0, ScancodeMax, ProbeUndoKeyDefault)));

    /// <inheritdoc/>
    public override string Kind => "rdp";

    /// <inheritdoc/>
    public override string Summary => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Without the port that everybody expects: it is noise in every line of a report.</summary>
    public override string Title => Port == PortDefault ? $"rdp {Host}" : base.Title;

    /// <summary>
    /// What a certificate pin is tied to besides the chain. Contains the endpoint, so that a layer that is pointed at another host does
    /// not inherit the trust of the first.
    /// </summary>
    public string PinKey => $"rdp {Summary}";
}
