using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp;

// What the host tells of itself, and the one echo that a client may ask for.
public sealed unsafe partial class RdpClient
{
    /// <summary>An answer that comes later than this belongs to nothing.</summary>
    private const long ShutdownEchoLostNanos = 2_000_000_000;

    private const uint GraphicsVersionNone = 0;

    // libfreerdp's own functions; the same for every connection.
    private static delegate* unmanaged[Cdecl]<rdp_transport*, wStream*, int> s_writePdu;
    private static delegate* unmanaged[Cdecl]<RdpgfxClientContext*, RDPGFX_START_FRAME_PDU*, uint> s_startFrame;

    private readonly StampVariation _stamps = new();
    private rdp_transport* _transport;
    private RdpHostConduct _conduct = new(0, 0, 0, false, GraphicsVersionNone, 0, 0, -1);
    private int _userId;
    private long _shutdownSentNanos;

    /// <summary>What the host told of its software; known once connected, where TLS protects the connection.</summary>
    public RdpHostTraits Host { get; private set; } = new();

    /// <summary>What the host did so far.</summary>
    public RdpHostConduct HostConduct => _conduct with { DelayVariationMillis = _stamps.NewestMillis };

    /// <summary>Called when the host answered <see cref="RequestShutdownEcho"/>, with the nanoseconds that it took.</summary>
    public Action<long>? ShutdownEchoed { get; set; }

    /// <summary>
    /// Asks the host whether it may be left (MS-RDPBCGR 2.2.2.1), to time its refusal. A host without a signed-in user, and every server
    /// made of libfreerdp, ends the session instead: only for hosts that are known to refuse (<see cref="RdpHostConduct.LogonSeen"/>).
    /// </summary>
    /// <returns>False when it was not sent: one is under way, or the connection is not inside TLS.</returns>
    public bool RequestShutdownEcho()
    {
        if (!Ready || _userId == 0 || _transport is null || Host.ShareId == 0) return false;
        var now = Posix.MonotonicNanos();
        if (_shutdownSentNanos != 0 && now - _shutdownSentNanos < ShutdownEchoLostNanos) return false;
        const int packetBytesMax = 64;
        // SAFETY: the stream has room for the packet and no owner but this method; writing copies it.
        var stream = Native.Stream.Stream_New(null, packetBytesMax);
        if (stream is null) return false;
        stream->pointer = stream->buffer + HostPackets.WriteShutdownRequest(new Span<byte>(stream->buffer, packetBytesMax), _userId, Host.ShareId);
        _shutdownSentNanos = now;
        var sent = s_writePdu(_transport, stream) >= 0;
        Native.Stream.Stream_Free(stream, BOOL.TRUE);
        return sent;
    }

    private void InstallHostCallbacks()
    {
        // SAFETY: as in InstallCallbacks.
        Context->autodetect->RequestReceived = &OnAutodetectRequest;
        Context->update->SaveSessionInfo = &OnSaveSession;
    }

    private void AttachHostGraphics(RdpgfxClientContext* graphics)
    {
        s_startFrame = graphics->StartFrame;
        graphics->StartFrame = &OnStartFrame;
        graphics->CapsConfirm = &OnCapabilitiesConfirmed;
    }

    /// <summary>Looks at a packet of the connection sequence, and later only for the one answer that is waited for.</summary>
    private void LookAtPacket(rdp_transport* transport, wStream* stream, int length)
    {
        // SAFETY: a packet that was read is whole in the stream's buffer.
        var packet = new ReadOnlySpan<byte>(stream->buffer, length);
        if (_shutdownSentNanos != 0)
        {
            if (!HostPackets.IsShutdownDenied(packet)) return;
            var arrivedNanos = _arrivals?.Nanos ?? 0;
            var tookNanos = (arrivedNanos > _shutdownSentNanos ? arrivedNanos : Posix.MonotonicNanos()) - _shutdownSentNanos;
            _shutdownSentNanos = 0;
            if (tookNanos < ShutdownEchoLostNanos) ShutdownEchoed?.Invoke(tookNanos);
            return;
        }

        _transport = transport;
        if (HostPackets.TryReadUserId(packet, out var userId)) _userId = userId;
        else if (HostPackets.TryReadDemandActive(packet, out var traits)) Host = traits;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnAutodetectRequest(rdp_autodetect* autodetect, int transport, ushort type, ushort sequence)
    {
        if (OwnerOf<RdpClient>(autodetect->context) is not { } self) return BOOL.TRUE;
        var conduct = self._conduct;
        self._conduct = type switch
        {
            0x0001 or 0x1001 => conduct with { RoundTripRequests = conduct.RoundTripRequests + 1 },
            0x002B or 0x0429 or 0x0629 => conduct with { BandwidthRequests = conduct.BandwidthRequests + 1 },
            0x0840 or 0x0880 or 0x08C0 => conduct with { Results = conduct.Results + 1 },
            _ => conduct,
        };
        return BOOL.TRUE;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnSaveSession(rdp_context* context, uint type, void* data)
    {
        const uint logon = 0, logonLong = 1, plainNotify = 2;
        if (type is logon or logonLong or plainNotify && OwnerOf<RdpClient>(context) is { } self)
            self._conduct = self._conduct with { LogonSeen = true };
        return BOOL.TRUE;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint OnCapabilitiesConfirmed(RdpgfxClientContext* graphics, RDPGFX_CAPS_CONFIRM_PDU* confirmed)
    {
        if (OwnerOf(graphics) is { } self && confirmed->capsSet is not null)
            self._conduct = self._conduct with { GraphicsVersion = confirmed->capsSet->version };
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint OnStartFrame(RdpgfxClientContext* graphics, RDPGFX_START_FRAME_PDU* frame)
    {
        if (OwnerOf(graphics) is { } self)
        {
            var stamped = frame->timestamp != 0;
            self._conduct = self._conduct with { Frames = self._conduct.Frames + 1, StampedFrames = self._conduct.StampedFrames + (stamped ? 1u : 0) };
            if (stamped) self._stamps.Add(frame->timestamp, self._updateNanos);
        }

        return s_startFrame(graphics, frame);
    }
}
