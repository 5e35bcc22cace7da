namespace FreeRdp;

/// <summary>Which security protocols a client offers (MS-RDPBCGR 5.4).</summary>
public enum RdpSecurity
{
    /// <summary>NLA and TLS; the host chooses the stronger one that it knows. Classic RDP encryption is never among them.</summary>
    Any,

    /// <summary>Only NLA (CredSSP inside TLS).</summary>
    Nla,

    /// <summary>Only TLS; the host asks for the password itself.</summary>
    Tls,

    /// <summary>Only classic RDP encryption, which proves nothing about the host. For old hosts, by explicit choice.</summary>
    Rdp,
}

/// <summary>Encodings that a client offers inside the graphics pipeline, beyond RemoteFX progressive, ClearCodec and planar.</summary>
[Flags]
public enum RdpCodecs
{
    /// <summary>Only those that every pipeline has.</summary>
    None = 0,

    /// <summary>H.264 with 4:2:0 chroma, where libfreerdp has a decoder.</summary>
    Avc420 = 1,

    /// <summary>H.264 with 4:4:4 chroma, versions 1 and 2; implies <see cref="Avc420"/>.</summary>
    Avc444 = 2,
}

/// <summary>Everything a client connection needs. The library neither resolves names nor dials: the socket comes connected.</summary>
public sealed record RdpClientOptions
{
    /// <summary>The connected stream socket. The client owns it from its construction on and closes it in every case.</summary>
    public required int Socket { get; init; }

    /// <summary>The host's name, for TLS server name, Kerberos and the certificate's name; never resolved.</summary>
    public required string ServerName { get; init; }

    /// <summary>The account; empty lets the host ask.</summary>
    public string User { get; init; } = "";

    /// <summary>The account's domain; empty for local accounts.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The password; empty lets the host ask (TLS) or fails (NLA).</summary>
    public string Password { get; init; } = "";

    /// <summary>Desktop width in pixels; the host may grant another.</summary>
    public int Width { get; init; } = 1280;

    /// <summary>Desktop height in pixels.</summary>
    public int Height { get; init; } = 800;

    /// <summary>Scale in percent, 100 to 500 (MS-RDPBCGR 2.2.1.3.2, desktopScaleFactor).</summary>
    public int ScalePercent { get; init; } = 100;

    /// <summary>Keyboard layout as a Windows input locale, 0x0409 = US.</summary>
    public uint KeyboardLayout { get; init; } = 0x0409;

    /// <summary>What to offer.</summary>
    public RdpSecurity Security { get; init; } = RdpSecurity.Any;

    /// <summary>The only certificate to accept, as SHA-256 in hex (colons and case do not matter); null accepts any and reports it.</summary>
    public string? PinnedCertificateSha256 { get; init; }

    /// <summary>Program line that the host starts instead of its desktop (MS-RDPBCGR 2.2.1.11.1.1, AlternateShell); empty = its desktop.</summary>
    public string AlternateShell { get; init; } = "";

    /// <summary>Whether to offer the graphics pipeline (MS-RDPEGFX). Without it the host sends orders, bitmaps and surface bits.</summary>
    public bool GraphicsPipeline { get; init; } = true;

    /// <summary>Whether to offer clipboard redirection (MS-RDPECLIP); text only.</summary>
    public bool Clipboard { get; init; }

    /// <summary>What to offer inside the graphics pipeline.</summary>
    public RdpCodecs Codecs { get; init; } = RdpCodecs.None;

    /// <summary>Whether decoders may use a pool of threads: more throughput for large pictures, later wake-ups for small ones.</summary>
    public bool DecoderThreads { get; init; }

    /// <summary>How long the whole connection sequence may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override string ToString() => $"{User}@{ServerName} {Width}x{Height} {Security}"; // no password in logs
}
