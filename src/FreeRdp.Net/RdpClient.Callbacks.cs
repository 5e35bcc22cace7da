using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp;

// Everything that libfreerdp calls. All of it runs on the owning thread, inside Connect, Process or Dispose; none of it may throw.
public sealed unsafe partial class RdpClient
{
    private const int CertificateAcceptedOnce = 2;
    private const int CertificateRefused = 0;

    // libfreerdp's own functions that are wrapped below; the same for every connection.
    private static delegate* unmanaged[Cdecl]<rdp_transport*, wStream*, int> s_readPdu;
    private static delegate* unmanaged[Cdecl]<rdp_transport*, byte*, nuint, nint> s_readBytes;

    private void InstallCallbacks()
    {
        // SAFETY: slots of a live instance get addresses of static functions, which never move and are never collected.
        var instance = _instance.Instance;
        instance->PostConnect = &OnPostConnect;
        instance->PostDisconnect = &OnPostDisconnect;
        instance->LoadChannels = &OnLoadChannels;
        instance->VerifyX509Certificate = &OnVerifyCertificate;
        instance->LogonErrorInfo = &OnLogonError;
        instance->AuthenticateEx = &OnAuthenticate;
        Context->update->DesktopResize = &OnDesktopResize;

        var io = *TransportIo.freerdp_get_io_callbacks(Context);
        s_readPdu = io.ReadPdu;
        io.ReadPdu = &OnReadPdu;
        s_readBytes = io.ReadBytes;
        io.ReadBytes = &OnReadBytes;
        io.TCPConnect = &OnTcpConnect;
        s_writePdu = io.WritePdu;
        if (!TransportIo.freerdp_set_io_callbacks(Context, &io))
            throw new RdpException("freerdp_set_io_callbacks failed.");
        InstallHostCallbacks();

        delegate* unmanaged[Cdecl]<void*, ChannelConnectedEventArgs*, void> connected = &OnChannelConnected;
        delegate* unmanaged[Cdecl]<void*, ChannelConnectedEventArgs*, void> disconnected = &OnChannelDisconnected;
        PubSub.PubSub_Subscribe(Context->pubSub, "ChannelConnected", connected);
        PubSub.PubSub_Subscribe(Context->pubSub, "ChannelDisconnected", disconnected);
    }

    private void UnsubscribeChannels()
    {
        delegate* unmanaged[Cdecl]<void*, ChannelConnectedEventArgs*, void> connected = &OnChannelConnected;
        delegate* unmanaged[Cdecl]<void*, ChannelConnectedEventArgs*, void> disconnected = &OnChannelDisconnected;
        // SAFETY: the context is alive; unsubscribing what never was subscribed does nothing.
        PubSub.PubSub_Unsubscribe(Context->pubSub, "ChannelConnected", connected);
        PubSub.PubSub_Unsubscribe(Context->pubSub, "ChannelDisconnected", disconnected);
    }

    /// <summary>Gives the socket away, once: a second call means that libfreerdp wants to dial again, which is not its business.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTcpConnect(rdp_context* context, rdp_settings* settings, byte* host, int port, uint timeout)
    {
        if (OwnerOf<RdpClient>(context) is not { } self)
            return -1;
        if (self._socket < 0)
        {
            self._errorBeforeRedial ??= context->LastError;
            return -1;
        }

        try
        {
            self.MakeLegacyDecoders();
        }
        catch (Exception e)
        {
            self.KeepFault(e);
            return -1;
        }

        var socket = self._socket;
        self._socket = -1;
        var on = 1;
        // Refused by sockets that are not TCP, which need no such thing.
        _ = Posix.setsockopt(socket, Posix.IPPROTO_TCP, Posix.TCP_NODELAY, &on, sizeof(int));
        ArrivalClock.Enable(socket);
        self._arrivals = new ArrivalClock(socket);
        return socket;
    }

    /// <summary>Stamps each PDU with the moment when its first byte came in.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnReadPdu(rdp_transport* transport, wStream* stream)
    {
        var context = TransportIo.transport_get_context(transport);
        var self = OwnerOf<RdpClient>(context);
        if (self is { _partialPduNanos: 0 })
            self._arrivals?.LookAgain();
        var status = s_readPdu(transport, stream);
        if (self is null)
            return status;
        var arrivedNanos = self._arrivals?.Nanos ?? Posix.MonotonicNanos();
        if (self._stage != RdpStage.Run)
            self.EnterState(Freerdp.freerdp_get_state(context));
        if (status == 0)
        {
            if (stream->pointer != stream->buffer && self._partialPduNanos == 0)
                self._partialPduNanos = arrivedNanos;
            return status;
        }

        if (status > 0 && (self._stage != RdpStage.Run || self._shutdownSentNanos != 0))
            self.LookAtPacket(transport, stream, status);
        // A frame of the graphics pipeline spans PDUs and is as old as its first.
        if (context->gdi is null || !context->gdi->inGfxFrame)
            self._updateNanos = self._partialPduNanos != 0 ? self._partialPduNanos : arrivedNanos;
        self._partialPduNanos = 0;
        return status;
    }

    /// <summary>Notices a peer that does not speak RDP at its first byte, instead of waiting for the length that its bytes seem to promise.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnReadBytes(rdp_transport* transport, byte* buffer, nuint count)
    {
        const byte tpktVersion = 3; // RFC 1006: the first byte of every packet before TLS
        var read = s_readBytes(transport, buffer, count);
        if (read <= 0)
            return read;
        if (OwnerOf<RdpClient>(TransportIo.transport_get_context(transport)) is not { _firstByteSeen: false } self)
            return read;
        self._firstByteSeen = true;
        self._speaksRdp = *buffer == tpktVersion;
        return self._speaksRdp ? read : -1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnLoadChannels(rdp_freerdp* instance) => Guard(instance->context, static self => self.LoadChannels());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnPostConnect(rdp_freerdp* instance) => Guard(instance->context, static self => self.PrepareDrawing());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPostDisconnect(rdp_freerdp* instance)
    {
        // Channels are gone by now, so nothing draws any more.
        if (instance->context->gdi is not null)
            Gdi.gdi_free(instance);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnVerifyCertificate(rdp_freerdp* instance, byte* pem, nuint length, byte* host, ushort port, uint flags)
    {
        var self = OwnerOf<RdpClient>(instance->context);
        try
        {
            return self is not null && self.AcceptCertificate(pem) ? CertificateAcceptedOnce : CertificateRefused;
        }
        catch (Exception e)
        {
            self?.KeepFault(e);
            return CertificateRefused;
        }
    }

    /// <summary>Asked when credentials are missing: there is nobody to ask here, so the connection ends as wrong credentials.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnAuthenticate(rdp_freerdp* instance, byte** user, byte** password, byte** domain, int reason)
    {
        const int reasonTls = 1, reasonRdp = 2;
        // With TLS and RDP security the host has its own sign-in picture: go on with what there is.
        return reason is reasonTls or reasonRdp;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLogonError(rdp_freerdp* instance, uint data, uint type)
    {
        if (OwnerOf<RdpClient>(instance->context) is { } self)
            self._logonError = (data, type);
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnChannelConnected(void* context, ChannelConnectedEventArgs* e)
    {
        var channel = e;
        Guard((rdp_context*)context, self => self.AttachChannel(channel));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnChannelDisconnected(void* context, ChannelConnectedEventArgs* e)
    {
        var channel = e;
        Guard((rdp_context*)context, self => self.DetachChannel(channel));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint OnDisplayControlReady(DispClientContext* display, uint monitors, uint areaFactorA, uint areaFactorB)
    {
        if (OwnerOf<RdpClient>((rdp_context*)display->custom) is { } self)
            self._displayControlReady = monitors > 0;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnBeginPaint(rdp_context* context) => BOOL.TRUE;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnEndPaint(rdp_context* context)
    {
        var self = OwnerOf<RdpClient>(context);
        try
        {
            self?.DeliverPaint();
            return BOOL.TRUE;
        }
        catch (Exception e)
        {
            self!.KeepFault(e);
            return BOOL.FALSE;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnDesktopResize(rdp_context* context) => Guard(context, static self => self.ResizeDrawing());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnPointerSet(rdp_context* context, rdp_pointer* pointer)
    {
        var shape = pointer;
        return Guard(context, self => self.ShowPointer(shape));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnPointerNull(rdp_context* context) =>
        Guard(context, static self => self.PointerChanged?.Invoke(new RdpPointerShape(RdpPointerKind.Hidden)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnPointerDefault(rdp_context* context) =>
        Guard(context, static self => self.PointerChanged?.Invoke(new RdpPointerShape(RdpPointerKind.Default)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnPointerNew(rdp_context* context, rdp_pointer* pointer) => BOOL.TRUE;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPointerFree(rdp_context* context, rdp_pointer* pointer)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnPointerPosition(rdp_context* context, uint x, uint y) => BOOL.TRUE;

    /// <summary>Runs a callback's body for the owner of the context; an exception is kept for the owning loop.</summary>
    private static BOOL Guard(rdp_context* context, Action<RdpClient> body)
    {
        if (OwnerOf<RdpClient>(context) is not { } self)
            return BOOL.FALSE;
        try
        {
            body(self);
            return BOOL.TRUE;
        }
        catch (Exception e)
        {
            self.KeepFault(e);
            return BOOL.FALSE;
        }
    }
}
