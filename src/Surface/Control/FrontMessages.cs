namespace RemoteChain.Surface.Control;

/// <summary>Node → front worker: serve this client.</summary>
/// <param name="CertificatePem">The front door's certificate (chain).</param>
/// <param name="KeyPem">Its private key.</param>
/// <param name="AllowNla">Whether NLA may be offered.</param>
/// <param name="PeerAddress">The client's address, for the log.</param>
/// <param name="Routing">What the front door read from the client's first packet (cookie or routing token); may be empty.</param>
/// <param name="Socket">The accepted TCP socket.</param>
public sealed record StartFront(
    string CertificatePem, Secret KeyPem, bool AllowNla, string PeerAddress, string Routing, DescriptorHandle Socket) : ControlMessage
{
    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [Socket];

    /// <inheritdoc/>
    public override void Dispose()
    {
        KeyPem.Dispose();
        base.Dispose();
    }
}

/// <summary>Node → front worker: the answer to <see cref="SignIn"/>.</summary>
/// <param name="Accepted">Whether the user may go on; <see cref="Join"/> or <see cref="Notice"/> follows then.</param>
/// <param name="Sentence">What to show when not.</param>
public sealed record SignInAnswer(bool Accepted, string Sentence) : ControlMessage;

/// <summary>Node → front worker: the answer to <see cref="NtHashWanted"/>.</summary>
/// <param name="Found">Whether that user may use NLA.</param>
/// <param name="NtHash">16 bytes, or none.</param>
public sealed record NtHashAnswer(bool Found, Secret NtHash) : ControlMessage
{
    /// <summary>MD4 is 16 bytes.</summary>
    public const int HashBytes = 16;

    /// <inheritdoc/>
    public override void Dispose()
    {
        NtHash.Dispose();
        base.Dispose();
    }
}

/// <summary>Node → front worker: show this surface.</summary>
/// <param name="FrontNumber">1 to 65535: the top 16 bits of its input ids.</param>
/// <param name="Title">What the user opened.</param>
/// <param name="MayControl">Whether it may send input.</param>
/// <param name="Surface">Memory file, read only.</param>
/// <param name="DamageBell">Rung at every publication.</param>
/// <param name="Input">Its input ring, read and write; null unless it may control.</param>
/// <param name="InputBell">Rung after writing input; null unless it may control.</param>
public sealed record Join(
    int FrontNumber, string Title, bool MayControl,
    DescriptorHandle Surface, DescriptorHandle DamageBell, DescriptorHandle? Input, DescriptorHandle? InputBell) : ControlMessage
{
    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [Surface, DamageBell, Input, InputBell];
}

/// <summary>Node → front worker: note every picture that you send in this ring. Comes before <see cref="Join"/>.</summary>
/// <param name="Frames">A <see cref="FrameFile"/>, read and write.</param>
public sealed record RecordFrames(DescriptorHandle Frames) : ControlMessage
{
    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [Frames];
}

/// <summary>What a notice is about.</summary>
public enum NoticeKind : byte
{
    /// <summary>Take the notice away.</summary>
    None,

    /// <summary>The desktop is on its way.</summary>
    Waiting,

    /// <summary>The desktop is lost and is being fetched back: the last picture stays, dimmed, with its age.</summary>
    Lost,

    /// <summary>It failed for good.</summary>
    Failed,
}

/// <summary>Node → front worker: draw this over the dimmed last picture.</summary>
/// <param name="Sentence">For the user.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="SinceNanos">When it began, <see cref="MonotonicClock"/>: the picture's age counts from here.</param>
public sealed record Notice(string Sentence, NoticeKind Kind, long SinceNanos) : ControlMessage;

/// <summary>Node → front worker: show the sentence for a few seconds, then close cleanly.</summary>
public sealed record Leave(string Sentence) : ControlMessage;

/// <summary>Front worker → node: somebody wants in.</summary>
/// <param name="User">As typed; may be <c>user#chain</c> or a pass id.</param>
/// <param name="Domain">May be empty.</param>
/// <param name="Password">Empty when NLA has already proved it.</param>
/// <param name="ProvedByNla">Whether NLA has proved it.</param>
/// <param name="ClientName">The client's computer name.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="ScalePercent">100 to 500.</param>
/// <param name="KeyboardLayout">Windows keyboard layout id; 0 = not told.</param>
public sealed record SignIn(
    string User, string Domain, Secret Password, bool ProvedByNla, string ClientName, int Width, int Height, int ScalePercent,
    uint KeyboardLayout) : ControlMessage
{
    /// <inheritdoc/>
    public override void Dispose()
    {
        Password.Dispose();
        base.Dispose();
    }
}

/// <summary>Front worker → node: NLA needs this user's NT hash.</summary>
public sealed record NtHashWanted(string User, string Domain) : ControlMessage;

/// <summary>How the front sends pixels to its client.</summary>
public enum FrontEncoding : byte
{
    /// <summary>Graphics pipeline, RemoteFX progressive.</summary>
    GfxProgressive,

    /// <summary>Graphics pipeline, planar.</summary>
    GfxPlanar,

    /// <summary>Surface bits commands (MS-RDPBCGR 2.2.9.2).</summary>
    SurfaceBits,

    /// <summary>Bitmap updates (MS-RDPBCGR 2.2.9.1.1.3.1.2).</summary>
    Bitmap,
}

/// <summary>Front worker → node: the client is active.</summary>
/// <param name="Width">The client's picture.</param>
/// <param name="Height">The client's picture.</param>
/// <param name="Encoding">What was negotiated.</param>
/// <param name="Security">Security in use: <c>nla</c>, <c>tls</c> or <c>rdp</c>.</param>
public sealed record FrontActive(int Width, int Height, FrontEncoding Encoding, string Security) : ControlMessage;

/// <summary>Front worker → node: a measurement of the user's leg.</summary>
/// <param name="AutodetectNanos">Round trip by network autodetect (MS-RDPBCGR 2.2.14); 0 = none.</param>
/// <param name="EchoNanos">Round trip by the ECHO channel (MS-RDPEECO); 0 = none.</param>
/// <param name="FramesAcknowledged">Frames that the client has acknowledged since it became active.</param>
/// <param name="QoeDecodeRenderMillis">The client's own time from end of receipt to the frame on screen (MS-RDPEGFX 2.2.2.21, timeDiffEDR);
/// -1 = none.</param>
public sealed record FrontRoundTrip(long AutodetectNanos, long EchoNanos, uint FramesAcknowledged, int QoeDecodeRenderMillis) : ControlMessage;
