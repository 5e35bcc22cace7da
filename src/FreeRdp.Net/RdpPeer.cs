using System.Text;
using FreeRdp.Channels;
using FreeRdp.Channels.Server;
using FreeRdp.Handles;
using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// The server's end of one RDP connection, on a socket that was already accepted. Single-threaded: the owner waits on
/// <see cref="SocketDescriptor"/> together with whatever else it waits for, and calls <see cref="Process"/>.
/// <code>
///   client                      peer                            owner
///   X.224 request ────────────► negotiation, TLS (NLA) ───────► TryGetNtHash
///   MCS, client info ─────────► ──────────────────────────────► SignedIn
///   capabilities ◄────────────► finalization ─────────────────► Active
///   drdynvc ◄─────────────────► graphics, display, echo ──────► Active again when the graphics pipeline is there
///   input ────────────────────► ──────────────────────────────► Input
///   acknowledgements ─────────► Display.CanSend ◄────────────── Display.Send
/// </code>
/// </summary>
public sealed unsafe partial class RdpPeer : RdpConnection, IDisposable
{
    /// <summary>Packets that one call of <see cref="Process"/> takes before the owner gets its turn.</summary>
    public const int PacketsPerTurnMax = 64;

    /// <summary>Packets that are still read while the client does not read: its input counts, but it cannot make us buffer answers forever.</summary>
    public const int PacketsWhileBlockedMax = 4096;

    private readonly PeerHandle _handle;
    private readonly IRdpPeerHandler _handler;
    private readonly RdpPeerOptions _options;
    private readonly ActivationDeadline _deadline;
    private readonly DynamicChannels _dynamicChannels;
    private readonly DisplayControlChannel _displayControl;
    private readonly EchoChannel _echo;
    private bool _clipboardWanted;
    private int _packetsWhileBlocked;
    private readonly ArrivalClock _arrivals;
    private bool _askedNtHash;
    private bool _signedIn;
    private bool _channelsOpened;
    private bool _closedHere;
    private bool _disposed;

    /// <summary>Takes the socket over (also when this throws) and gets ready to receive the client.</summary>
    /// <param name="socketDescriptor">A connected stream socket.</param>
    /// <param name="options">Certificate, key, what is allowed.</param>
    /// <param name="handler">Gets everything that happens.</param>
    /// <exception cref="RdpException">The library is missing or of the wrong version, or certificate or key cannot be read.</exception>
    public RdpPeer(int socketDescriptor, RdpPeerOptions options, IRdpPeerHandler handler)
    {
        _ = FreeRdpLibrary.Version;
        (_options, _handler, SocketDescriptor) = (options, handler, socketDescriptor);
        ArrivalClock.Enable(socketDescriptor);
        _arrivals = new ArrivalClock(socketDescriptor);
        _handle = new PeerHandle(socketDescriptor, ContextSize);
        try
        {
            _dynamicChannels = new DynamicChannels(message => SendStatic(DynamicChannelName, message));
            Clipboard = new RdpClipboard(isServer: true, message => SendStatic(ClipboardName, message));
            _displayControl = new DisplayControlChannel(_handler.ResizeRequested);
            _echo = new EchoChannel(Posix.MonotonicNanos, () => ReadNanos, nanos => _handler.RoundTripMeasured(RdpPeerProbe.Echo, nanos));
            Display = new RdpPeerDisplay(this);
            LinkContext(Context);
            Configure();
            InstallCallbacks();
            // SAFETY: the peer is alive.
            if (!Slots.Initialize(_handle.Peer))
                throw new RdpException("libfreerdp could not initialize the peer.");
            _deadline = new ActivationDeadline(socketDescriptor, options.ActivationTimeoutMillis);
        }
        catch
        {
            UnlinkContext(Context);
            _handle.Dispose();
            throw;
        }
    }

    /// <summary>The socket, to wait on. It belongs to the peer.</summary>
    public int SocketDescriptor { get; }

    /// <summary>The picture's way to the client.</summary>
    public RdpPeerDisplay Display { get; }

    /// <summary>This side of the client's clipboard. Nothing is said or taken before <see cref="StartClipboard"/>.</summary>
    public RdpClipboard Clipboard { get; }

    /// <summary>Why the connection ended; null while it lives.</summary>
    public RdpFailure? Failure { get; private set; }

    /// <summary>The client is active: it gets pictures and its input counts.</summary>
    public bool IsActive { get; private set; }

    /// <summary>More packets wait inside the library: call <see cref="Process"/> again without waiting on the socket.</summary>
    public bool HasMoreToProcess { get; private set; }

    /// <summary>The client does not take what was written: wait for the socket to become writable and call <see cref="Drain"/>.</summary>
    // SAFETY: the peer is alive until Dispose.
    public bool IsWriteBlocked => (Failure is null || _closedHere) && Slots.IsWriteBlocked(_handle.Peer);

    /// <summary>False while a client that does not read has sent more than it may meanwhile: do not wait for the socket to become readable.</summary>
    public bool WantsToRead => _packetsWhileBlocked <= PacketsWhileBlockedMax || !IsWriteBlocked;

    /// <summary>What was agreed on: <c>nla</c> or <c>tls</c>; empty before.</summary>
    public string Security { get; private set; } = "";

    internal RdpPeerOptions Options => _options;

    internal IRdpPeerHandler Handler => _handler;

    /// <summary>When the bytes that are being processed came in.</summary>
    internal long ReadNanos => _arrivals.Nanos;

    internal DynamicChannels DynamicChannels => _dynamicChannels;

    // SAFETY: valid until Dispose; used only on the owner's thread.
    internal rdp_context* Context => _handle.Peer->context;

    internal RdpSettings Settings => new(Context->settings);

    private ref rdp_freerdp_peer Slots => ref *_handle.Peer;

    /// <summary>Takes what has arrived. Call it when the socket is readable, or when <see cref="HasMoreToProcess"/>.</summary>
    /// <returns>False when the connection is over; <see cref="Failure"/> says why.</returns>
    public bool Process()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        HasMoreToProcess = false;
        for (var i = 0; i < PacketsPerTurnMax && Failure is null; i++)
        {
            if (IsWriteBlocked)
            {
                if (++_packetsWhileBlocked > PacketsWhileBlockedMax) return true;
            }
            else
            {
                _packetsWhileBlocked = 0;
            }

            _arrivals.Look();
            // SAFETY: the peer is alive; callbacks find this object through the context's tail.
            var alive = Slots.CheckFileDescriptor(_handle.Peer);
            ThrowFault();
            if (!alive || Freerdp.freerdp_shall_disconnect_context(Context))
            {
                End();
                return false;
            }

            // SAFETY: as above.
            HasMoreToProcess = Slots.HasMoreToRead(_handle.Peer);
            if (!HasMoreToProcess) break;
        }

        OpenChannels();
        return Failure is null;
    }

    /// <summary>What waits at the socket is a TLS record as short as a key press or a move of the mouse. Only a hint: nothing is read.</summary>
    public bool HasShortRecord
    {
        get
        {
            const int header = 5, lengthAt = 3, inputBytesMax = 40;
            var record = stackalloc byte[header];
            // SAFETY: writes at most the header's bytes to this stack frame.
            return Posix.recv(SocketDescriptor, record, header, Posix.MSG_PEEK | Posix.MSG_DONTWAIT) == header
                && record[lengthAt] == 0 && record[lengthAt + 1] <= inputBytesMax;
        }
    }

    /// <summary>Writes what the socket did not take before. Call it when the socket is writable and <see cref="IsWriteBlocked"/>.</summary>
    /// <returns>False when the connection is over.</returns>
    public bool Drain()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Failure is not null && !_closedHere) return false;
        // SAFETY: as above.
        var drained = Slots.DrainOutputBuffer(_handle.Peer);
        if (drained < 0)
        {
            _closedHere = false;
            End();
        }

        return drained >= 0;
    }

    /// <summary>Starts measuring the round trip to the client, with whatever it supports. Answers come to
    /// <see cref="IRdpPeerHandler.RoundTripMeasured"/>.</summary>
    public void MeasureRoundTrip()
    {
        if (!IsActive || Failure is not null || IsWriteBlocked) return;
        _echo.Request();
        RequestAutodetect();
    }

    /// <summary>Tells the client that the connection ends and why, in the protocol's own terms (MS-RDPBCGR 2.2.5.1.1). What it does not take
    /// at once can still be <see cref="Drain">drained</see> before <see cref="Dispose"/>.</summary>
    /// <param name="reason">What the client may show.</param>
    public void Close(RdpPeerCloseReason reason)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Failure is not null) return;
        // SAFETY: the peer is alive.
        if (IsActive)
        {
            Freerdp.freerdp_set_error_info(Context->rdp, (uint)reason);
            Slots.Close(_handle.Peer);
        }

        _closedHere = true;
        Failure = new RdpFailure(Stage(), RdpCause.Stopped, "This side closed the connection.", 0);
        IsActive = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        IsActive = false;
        _deadline.Dispose();
        Display.Dispose();
        UnlinkContext(Context);
        _handle.Dispose();
    }

    /// <summary>Begins with clipboard redirection as soon as the client is active, if it joined that channel.</summary>
    public void StartClipboard()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _clipboardWanted = true;
        OpenClipboard();
    }

    private static ReadOnlySpan<byte> DynamicChannelName => "drdynvc\0"u8;

    private static ReadOnlySpan<byte> ClipboardName => "cliprdr\0"u8;

    private void OpenClipboard()
    {
        if (_clipboardWanted && IsActive && Failure is null && IsJoined(ClipboardName)) Clipboard.Start();
    }

    /// <summary>Sends one message on a static channel.</summary>
    private bool SendStatic(ReadOnlySpan<byte> name, ReadOnlySpan<byte> message)
    {
        if (Failure is not null || _disposed) return false;
        fixed (byte* data = message, channelName = name)
        {
            // SAFETY: both are pinned; the library copies the message.
            var channel = Wtsvc.WTSChannelGetId(_handle.Peer, channelName);
            return channel != 0 && Slots.SendChannelData(_handle.Peer, channel, data, (nuint)message.Length);
        }
    }

    /// <summary>Brings the dynamic channels up, one step whenever the client has answered.</summary>
    private void OpenChannels()
    {
        if (!IsActive || Failure is not null) return;
        OpenClipboard();
        switch (_dynamicChannels.State)
        {
            case DynamicChannelsState.Closed when IsDrdynvcJoined():
                _dynamicChannels.Start();
                break;
            case DynamicChannelsState.Ready when !_channelsOpened:
                _channelsOpened = true;
                Display.OpenGraphics();
                _displayControl.Open(_dynamicChannels);
                _echo.Open(_dynamicChannels);
                break;
        }
    }

    internal bool IsDrdynvcJoined() => IsJoined(DynamicChannelName);

    private bool IsJoined(ReadOnlySpan<byte> name)
    {
        fixed (byte* channelName = name)
        {
            // SAFETY: pinned constant.
            return Wtsvc.WTSIsChannelJoinedByName(_handle.Peer, channelName);
        }
    }

    private void Configure()
    {
        var settings = Settings;
        fixed (byte* key = Encoding.UTF8.GetBytes(_options.PrivateKeyPem + '\0'))
        {
            // SAFETY: the certificate and the key are handed over to the settings, which free them.
            var nativeKey = PrivateKey.freerdp_key_new_from_pem(key);
            if (nativeKey is null) throw new RdpException("The private key is not PEM.");
            settings.Give(PointerSetting.RdpServerRsaKey, nativeKey, 1);
        }

        // SAFETY: as above.
        var certificate = Certificate.freerdp_certificate_new_from_pem(_options.CertificatePem);
        if (certificate is null) throw new RdpException("The certificate is not PEM.");
        settings.Give(PointerSetting.RdpServerCertificate, certificate, 1);

        settings[BoolSetting.Authentication] = true;
        settings[BoolSetting.NlaSecurity] = _options.AllowNla;
        settings[BoolSetting.TlsSecurity] = _options.AllowTls;
        settings[BoolSetting.RdpSecurity] = false;
        settings[BoolSetting.RdstlsSecurity] = false;
        settings[BoolSetting.UseRdpSecurityLayer] = false;
        settings[BoolSetting.ServerLicenseRequired] = false;
        // Never wait for a slow client inside the library: what it does not take stays in a buffer, and IsWriteBlocked says so.
        settings[BoolSetting.WaitForOutputBufferFlush] = false;
        settings[BoolSetting.SupportMultitransport] = false;
        settings[BoolSetting.NetworkAutoDetect] = true;
        settings[BoolSetting.SupportHeartbeatPdu] = false;
        settings[BoolSetting.SupportMonitorLayoutPdu] = false;
        settings[BoolSetting.SupportGraphicsPipeline] = _options.AllowGraphicsPipeline;
        settings[BoolSetting.SupportErrorInfoPdu] = true;
        settings[BoolSetting.RemoteFxCodec] = _options.AllowRemoteFx;
        settings[BoolSetting.NSCodec] = false;
        settings[BoolSetting.SurfaceFrameMarkerEnabled] = true;
        settings[BoolSetting.FrameMarkerCommandEnabled] = true;
        settings[BoolSetting.UnicodeInput] = true;
        settings[BoolSetting.HasHorizontalWheel] = true;
        settings[BoolSetting.HasExtendedMouseEvent] = true;
        settings[BoolSetting.HasRelativeMouseEvent] = false;
        settings[BoolSetting.RefreshRect] = true;
        settings[BoolSetting.SuppressOutput] = true;
        settings[BoolSetting.FastPathOutput] = true;
        settings[BoolSetting.DrawAllowSkipAlpha] = true;
        settings[UInt32Setting.OsMajorType] = 4; // OSMAJORTYPE_UNIX
        settings[UInt32Setting.OsMinorType] = 7; // OSMINORTYPE_NATIVE_XSERVER
        settings[UInt32Setting.ColorDepth] = 32;
    }

    private void End()
    {
        if (Failure is not null) return;
        var code = Freerdp.freerdp_get_last_error(Context);
        var stage = Stage();
        Failure = _deadline.HasPassed
            ? new RdpFailure(stage, RdpCause.TimedOut, "The client did not become active in time.", code)
            : stage switch
            {
                RdpStage.Run => new RdpFailure(stage, RdpCause.ClientLeft, "The client ended the connection.", code),
                RdpStage.Handshake when NegotiationFailed => new RdpFailure(stage, RdpCause.Unsupported,
                    "The client offers only security that is not accepted here.", code),
                RdpStage.SignIn => new RdpFailure(stage, RdpCause.WrongCredentials, "The client could not prove its password.", code),
                _ => new RdpFailure(stage, RdpFailure.CauseOf(code) ?? RdpCause.ProtocolError,
                    code == 0 ? "The client broke the protocol or left." : RdpFailure.TextOf(code), code),
            };
        IsActive = false;
    }

    private RdpStage Stage()
    {
        const int negotiation = 1, demandActive = 18;
        var state = Freerdp.freerdp_get_state(Context);
        if (_wasActive) return RdpStage.Run;
        if (state > negotiation) return state >= demandActive ? RdpStage.Activate : RdpStage.Handshake;
        if (_askedNtHash) return RdpStage.SignIn;
        return Settings[UInt32Setting.SelectedProtocol] != 0 && !NegotiationFailed ? RdpStage.Tls : RdpStage.Handshake;
    }

    /// <summary>PROTOCOL_FAILED_NEGO: client and peer have no security in common.</summary>
    private bool NegotiationFailed => (Settings[UInt32Setting.SelectedProtocol] & 0x80000000) != 0;
}

/// <summary>Why this side closes the connection, as the client may show it.</summary>
public enum RdpPeerCloseReason : uint
{
    /// <summary>ERRINFO_RPC_INITIATED_DISCONNECT: an administrator's tool ended it.</summary>
    Ended = 0x01,

    /// <summary>ERRINFO_IDLE_TIMEOUT.</summary>
    Idle = 0x03,

    /// <summary>ERRINFO_DISCONNECTED_BY_OTHERCONNECTION.</summary>
    Replaced = 0x05,

    /// <summary>ERRINFO_SERVER_DENIED_CONNECTION.</summary>
    Denied = 0x07,

    /// <summary>ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES.</summary>
    NotAllowed = 0x09,

    /// <summary>ERRINFO_LOGOFF_BY_USER.</summary>
    LoggedOff = 0x0C,
}
