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

/// <summary>Width and height of a desktop in pixels.</summary>
public readonly record struct DesktopSize(int Width, int Height)
{
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
public sealed record RdpLayer(
    int Number,
    string Host,
    int Port,
    string? Credentials,
    RdpSecurity Security,
    bool Graphics,
    DesktopSize? Size,
    uint? KeyboardLayout) : DesktopLayer(Number)
{
    /// <summary>The port that RDP hosts listen on unless told otherwise.</summary>
    public const int PortDefault = 3389;

    /// <inheritdoc/>
    public override string Kind => "rdp";

    /// <summary>
    /// What a certificate pin is tied to besides the chain. Contains the endpoint, so that a layer that is pointed at another host does
    /// not inherit the trust of the first.
    /// </summary>
    public string PinKey => $"rdp {Host}:{Port}";
}
