using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FreeRdp.Native;

namespace FreeRdp;

// What libfreerdp calls. Static, found back through the context's tail, and nothing is thrown across: exceptions are kept and rethrown by
// Process on the owner's thread.
public sealed unsafe partial class RdpPeer
{
    private bool _wasActive;

    // Whom the NTLM messages named: the only name that NLA proves. Client info and delegated credentials may say another one.
    private string? _provedUser;
    private string _provedDomain = "";

    private void InstallCallbacks()
    {
        // SAFETY: the peer and its context are alive and freed only by Dispose; static functions outlive them.
        ref var peer = ref Slots;
        peer.Capabilities = &OnCapabilities;
        peer.PostConnect = &OnPostConnect;
        peer.Activate = &OnActivate;
        peer.Logon = &OnLogon;
        peer.ReceiveChannelData = &OnChannelData;
        peer.SspiNtlmHashCallback = &OnNtHash;

        var input = Context->input;
        input->KeyboardEvent = &OnKeyboard;
        input->UnicodeKeyboardEvent = &OnUnicode;
        input->MouseEvent = &OnMouse;
        input->ExtendedMouseEvent = &OnExtendedMouse;
        input->SynchronizeEvent = &OnSynchronize;
        // Not advertised: a client that sends these anyway is not believed.
        input->RelMouseEvent = &OnRelativeMouse;
        input->QoEEvent = &OnQoe;

        var update = Context->update;
        update->RefreshRect = &OnRefreshRect;
        update->SuppressOutput = &OnSuppressOutput;
        update->SurfaceFrameAcknowledge = &OnSurfaceFrameAcknowledge;

        var autodetect = Context->autodetect;
        autodetect->OnConnectTimeAutoDetectBegin = &OnConnectTimeAutodetect;
        autodetect->ResponseReceived = &OnAutodetectResponse;
    }

    /// <summary>Before each Demand Active: what was negotiated so far is known, and the client info has arrived.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnCapabilities(rdp_freerdp_peer* peer)
    {
        if (OwnerOf<RdpPeer>(peer->context) is not { } owner) return false;
        try
        {
            owner.BeforeDemandActive();
            return true;
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return false;
        }
    }

    private void BeforeDemandActive()
    {
        var settings = Settings;
        // Bulk compression costs time, has been a source of holes, and spoils pointer updates with some clients.
        settings[BoolSetting.CompressionEnabled] = false;
        if (!_signedIn)
        {
            _signedIn = true;
            var nla = settings[BoolSetting.NlaSecurity];
            if (nla && _provedUser is null) throw new RdpException("NLA ended without a proved user.");
            Security = nla ? "nla" : "tls";
            var scale = settings[UInt32Setting.DesktopScaleFactor];
            var client = new RdpPeerClient(
                nla ? _provedUser! : settings[StringSetting.Username] ?? "",
                nla ? _provedDomain : settings[StringSetting.Domain] ?? "",
                nla ? "" : settings[StringSetting.Password] ?? "", nla, settings[StringSetting.ClientHostname] ?? "",
                Side(settings[UInt32Setting.DesktopWidth]) & ~1, Side(settings[UInt32Setting.DesktopHeight]),
                scale is >= 100 and <= 500 ? (int)scale : 100, settings[UInt32Setting.KeyboardLayout]);
            // The secret stays in as few places as possible: the handler has it now.
            settings[StringSetting.Password] = null;
            Display.SetWanted(client.Width, client.Height);
            _handler.SignedIn(client);
        }

        settings[UInt32Setting.DesktopWidth] = (uint)Display.Width;
        settings[UInt32Setting.DesktopHeight] = (uint)Display.Height;
        // Not 24: libfreerdp's interleaved encoder makes wrong runs of it (seen with 3.10.3 at the edges of text).
        if (settings[UInt32Setting.ColorDepth] is not (15 or 16 or 32)) settings[UInt32Setting.ColorDepth] = 16;
    }

    private int Side(uint wanted) => (int)Math.Clamp(wanted, 200, (uint)_options.SideMax);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnPostConnect(rdp_freerdp_peer* peer) => true;

    /// <summary>After each finalization.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnActivate(rdp_freerdp_peer* peer)
    {
        if (OwnerOf<RdpPeer>(peer->context) is not { } owner) return false;
        try
        {
            owner._deadline.Dispose();
            owner.IsActive = owner._wasActive = true;
            owner.Display.Activated();
            return true;
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return false;
        }
    }

    /// <summary>After NLA, or without it before anything is known about the user. NLA has proved the password already.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnLogon(rdp_freerdp_peer* peer, SEC_WINNT_AUTH_IDENTITY* identity, BOOL automatic) => true;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnChannelData(rdp_freerdp_peer* peer, ushort channel, byte* data, nuint size, uint flags, nuint total)
    {
        if (OwnerOf<RdpPeer>(peer->context) is not { } owner) return false;
        try
        {
            // SAFETY: the library hands out size readable bytes for the time of the call; the names are pinned constants.
            if (size > int.MaxValue) return false;
            var chunk = new ReadOnlySpan<byte>(data, (int)size);
            fixed (byte* dynamicChannels = DynamicChannelName, clipboard = ClipboardName)
            {
                if (channel == Wtsvc.WTSChannelGetId(peer, dynamicChannels)) return owner._dynamicChannels.TryReceive(chunk, flags);
                // Other static channels are not offered: what comes on them is dropped, and so is the clipboard before it was begun.
                return channel != Wtsvc.WTSChannelGetId(peer, clipboard) || owner.Clipboard.TryReceive(chunk, flags, (long)total);
            }
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return false;
        }
    }

    /// <summary>NLA wants NTOWFv2 (MS-NLMP 3.3.2): HMAC-MD5, keyed with the NT hash, over the upper-case user and the domain.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnNtHash(void* argument, SEC_WINNT_AUTH_IDENTITY* identity, void* proof, byte* key, byte* mic, void* micValue, byte* hash)
    {
        var peer = (rdp_freerdp_peer*)argument;
        if (OwnerOf<RdpPeer>(peer->context) is not { } owner) return 0;
        try
        {
            // SAFETY: winpr gives lengths in characters; null pointers come with length 0.
            owner._askedNtHash = true;
            var user = new ReadOnlySpan<char>(identity->User, (int)Math.Min(identity->UserLength, NameCharsMax)).ToString();
            var domain = new ReadOnlySpan<char>(identity->Domain, (int)Math.Min(identity->DomainLength, NameCharsMax)).ToString();
            Span<byte> ntHash = stackalloc byte[16];
            if (!owner._handler.TryGetNtHash(user, domain, ntHash)) return 0;
            (owner._provedUser, owner._provedDomain) = (user, domain);
            HMACMD5.HashData(ntHash, Encoding.Unicode.GetBytes(user.ToUpperInvariant() + domain), new Span<byte>(hash, 16));
            ntHash.Clear();
            return 1;
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return 0;
        }
    }

    /// <summary>Longest user or domain name that is looked at.</summary>
    private const uint NameCharsMax = 256;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnKeyboard(rdp_input* input, ushort flags, byte code) =>
        Take(input, RdpPeerInputKind.Scancode, flags, code, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnUnicode(rdp_input* input, ushort flags, ushort code) =>
        Take(input, RdpPeerInputKind.Unicode, flags, code, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnMouse(rdp_input* input, ushort flags, ushort x, ushort y) =>
        Take(input, RdpPeerInputKind.Mouse, flags, x, y);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnExtendedMouse(rdp_input* input, ushort flags, ushort x, ushort y) =>
        Take(input, RdpPeerInputKind.ExtendedMouse, flags, x, y);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnSynchronize(rdp_input* input, uint flags) =>
        Take(input, RdpPeerInputKind.Synchronize, (ushort)flags, 0, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnRelativeMouse(rdp_input* input, ushort flags, short x, short y) => true;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnQoe(rdp_input* input, uint timestamp) => true;

    private static BOOL Take(rdp_input* input, RdpPeerInputKind kind, ushort flags, ushort a, ushort b)
    {
        if (OwnerOf<RdpPeer>(input->context) is not { } owner) return false;
        try
        {
            owner._handler.Input(new RdpPeerInput(kind, flags, a, b, owner.ReadNanos));
            return true;
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return false;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnRefreshRect(rdp_context* context, byte count, RECTANGLE_16* areas) =>
        Tell(context, static owner => owner._handler.RefreshRequested());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnSuppressOutput(rdp_context* context, byte allow, RECTANGLE_16* area) =>
        allow == 0
            ? Tell(context, static owner => owner._handler.OutputSuppressed(true))
            : Tell(context, static owner => owner._handler.OutputSuppressed(false));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnSurfaceFrameAcknowledge(rdp_context* context, uint frame)
    {
        if (OwnerOf<RdpPeer>(context) is not { } owner) return false;
        try
        {
            owner.Display.Acknowledged(frame, queueDepth: 0);
            return true;
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return false;
        }
    }

    private static BOOL Tell(rdp_context* context, Action<RdpPeer> what)
    {
        if (OwnerOf<RdpPeer>(context) is not { } owner) return false;
        try
        {
            what(owner);
            return true;
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return false;
        }
    }

    /// <summary>No measurement before the first picture: it would cost every client a round trip. FREERDP_AUTODETECT_STATE_COMPLETE.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnConnectTimeAutodetect(rdp_autodetect* autodetect) => 3;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnAutodetectResponse(rdp_autodetect* autodetect, int transport, ushort type, ushort sequence)
    {
        if (OwnerOf<RdpPeer>(autodetect->context) is not { } owner) return false;
        try
        {
            owner.AutodetectAnswered(sequence);
            return true;
        }
        catch (Exception e)
        {
            owner.KeepFault(e);
            return false;
        }
    }

    private ushort _autodetectSequence;
    private long _autodetectSentNanos;

    private void RequestAutodetect()
    {
        if (!Settings[BoolSetting.NetworkAutoDetect]) return;
        var autodetect = Context->autodetect;
        _autodetectSequence++;
        _autodetectSentNanos = Posix.MonotonicNanos();
        // SAFETY: the function is libfreerdp's own; the transport is TCP, 0.
        autodetect->RTTMeasureRequest(autodetect, 0, _autodetectSequence);
    }

    private void AutodetectAnswered(ushort sequence)
    {
        if (_autodetectSentNanos == 0 || sequence != _autodetectSequence) return;
        _handler.RoundTripMeasured(RdpPeerProbe.Autodetect, Math.Max(0, ReadNanos - _autodetectSentNanos));
        _autodetectSentNanos = 0;
    }
}
