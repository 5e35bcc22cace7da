namespace RemoteChain.Surface.Control;

/// <summary>Which security the back may negotiate with the host.</summary>
public enum DesktopSecurity : byte
{
    /// <summary>The strongest that the host offers.</summary>
    Any,

    /// <summary>NLA only.</summary>
    Nla,

    /// <summary>TLS only, credentials inside.</summary>
    Tls,

    /// <summary>Standard RDP security (no TLS): only for hosts that know nothing else.</summary>
    Rdp,
}

/// <summary>Node → desktop worker: connect to the host.</summary>
/// <param name="ServerName">Name for TLS and for the redirect checks; nothing is dialed by it.</param>
/// <param name="User">User at the host.</param>
/// <param name="Domain">Domain, may be empty.</param>
/// <param name="Password">Password, may be empty.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="ScalePercent">100 to 500.</param>
/// <param name="KeyboardLayout">Windows keyboard layout id; 0 = the host's default.</param>
/// <param name="Security">What may be negotiated.</param>
/// <param name="PinnedCertificate">SHA-256 of the host's certificate in hex, lower case; empty = first use, any is accepted and
/// reported.</param>
/// <param name="GraphicsPipeline">Whether to offer MS-RDPEGFX.</param>
/// <param name="AlternateShell">Program line that the host starts instead of its desktop (MS-RDPBCGR 2.2.1.11.1.1); empty = its desktop.</param>
/// <param name="Surface">Memory file, read and write.</param>
/// <param name="InputBell">Eventfd that fronts ring.</param>
/// <param name="Socket">TCP socket that already reaches the host.</param>
public sealed record StartDesktop(
    string ServerName, string User, string Domain, Secret Password, int Width, int Height, int ScalePercent, uint KeyboardLayout,
    DesktopSecurity Security, string PinnedCertificate, bool GraphicsPipeline, string AlternateShell,
    DescriptorHandle Surface, DescriptorHandle InputBell, DescriptorHandle Socket) : ControlMessage
{
    /// <summary>Whether to offer the host clipboard redirection.</summary>
    public bool Clipboard { get; init; }

    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [Surface, InputBell, Socket];

    /// <inheritdoc/>
    public override void Dispose()
    {
        Password.Dispose();
        base.Dispose();
    }
}

/// <summary>Node → desktop worker: a front looks on from now.</summary>
/// <param name="FrontNumber">1 to 65535, never reused in a session.</param>
/// <param name="MayControl">Whether it has an input ring.</param>
/// <param name="DamageBell">Ring it after every publication.</param>
/// <param name="Input">Its input ring, read and write; null unless it may control.</param>
public sealed record AttachFront(int FrontNumber, bool MayControl, DescriptorHandle DamageBell, DescriptorHandle? Input) : ControlMessage
{
    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [DamageBell, Input];
}

/// <summary>Node → desktop worker: that front is gone; let go of the keys it holds.</summary>
public sealed record DetachFront(int FrontNumber) : ControlMessage;

/// <summary>
/// Node → desktop worker: keys and buttons of all fronts but one are dropped, because the gateway is typing. What they hold is let go of.
/// </summary>
/// <param name="ExceptFront">The front that may go on; 0 = everybody may again.</param>
public sealed record HoldInput(int ExceptFront) : ControlMessage;

/// <summary>Node → worker: disconnect cleanly and end.</summary>
public sealed record Stop : ControlMessage;

/// <summary>Desktop worker → node: signed in and active.</summary>
/// <param name="Width">Size that the host granted.</param>
/// <param name="Height">Size that the host granted.</param>
/// <param name="CertificateSha256">The host's certificate, hex, lower case; empty without TLS.</param>
/// <param name="CertificateSubject">For people.</param>
/// <param name="Protocol">Security that was chosen: <c>nla</c>, <c>tls</c> or <c>rdp</c>.</param>
/// <param name="ServerFingerprint">What is known of the server's software, for reports; may be empty.</param>
public sealed record DesktopConnected(
    int Width, int Height, string CertificateSha256, string CertificateSubject, string Protocol, string ServerFingerprint) : ControlMessage;

/// <summary>Desktop worker → node: the first picture is in the surface.</summary>
/// <param name="SinceStartNanos">Time since <see cref="StartDesktop"/> was read.</param>
public sealed record FirstPicture(long SinceStartNanos) : ControlMessage;

/// <summary>Desktop worker → node: the picture has another size.</summary>
public sealed record DesktopResized(int Width, int Height) : ControlMessage;
