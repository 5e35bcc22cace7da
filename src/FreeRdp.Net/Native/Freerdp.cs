using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>Opaque: libfreerdp's settings, reached only through <see cref="Settings"/>.</summary>
internal struct rdp_settings;

/// <summary>Opaque: the protocol engine.</summary>
internal struct rdp_rdp;

/// <summary>Opaque: one transport.</summary>
internal struct rdp_transport;

/// <summary>freerdp.h, <c>rdp_context</c>: 128 slots of eight bytes.</summary>
[NativeStruct("rdpContext", "freerdp/freerdp.h")]
[StructLayout(LayoutKind.Explicit, Size = 8 * 128)]
internal unsafe struct rdp_context
{
    [FieldOffset(8 * 0)] public rdp_freerdp* instance;
    [FieldOffset(8 * 1)] public void* peer;
    [FieldOffset(8 * 2)] public BOOL ServerMode;
    [FieldOffset(8 * 3)] public uint LastError;
    [FieldOffset(8 * 18)] public void* pubSub;
    [FieldOffset(8 * 19)] public nint channelErrorEvent;
    [FieldOffset(8 * 32)] public rdp_rdp* rdp;
    [FieldOffset(8 * 33)] public rdp_gdi* gdi;
    [FieldOffset(8 * 35)] public void* cache;
    [FieldOffset(8 * 36)] public void* channels;
    [FieldOffset(8 * 37)] public rdp_graphics* graphics;
    [FieldOffset(8 * 38)] public rdp_input* input;
    [FieldOffset(8 * 39)] public rdp_update* update;
    [FieldOffset(8 * 40)] public rdp_settings* settings;
    [FieldOffset(8 * 41)] public void* metrics;
    [FieldOffset(8 * 42)] public rdp_codecs* codecs;
    [FieldOffset(8 * 43)] public rdp_autodetect* autodetect;
}

/// <summary>freerdp.h, <c>rdp_freerdp</c>: 80 slots of eight bytes.</summary>
[NativeStruct("freerdp", "freerdp/freerdp.h")]
[StructLayout(LayoutKind.Explicit, Size = 8 * 80)]
internal unsafe struct rdp_freerdp
{
    [FieldOffset(8 * 0)] public rdp_context* context;
    [FieldOffset(8 * 32)] public nuint ContextSize;
    [FieldOffset(8 * 33)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, rdp_context*, BOOL> ContextNew;
    [FieldOffset(8 * 34)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, rdp_context*, void> ContextFree;
    [FieldOffset(8 * 48)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, BOOL> PreConnect;
    [FieldOffset(8 * 49)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, BOOL> PostConnect;

    /// <summary>PEM chain, its length, host, port, flags → 1 accept and store, 2 accept once, 0 refuse.</summary>
    [FieldOffset(8 * 53)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, byte*, nuint, byte*, ushort, uint, int> VerifyX509Certificate;

    [FieldOffset(8 * 54)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, uint, uint, int> LogonErrorInfo;
    [FieldOffset(8 * 55)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, void> PostDisconnect;
    [FieldOffset(8 * 59)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, BOOL> LoadChannels;
    [FieldOffset(8 * 60)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, void> PostFinalDisconnect;

    /// <summary>channel, data, size: one message on a static channel, cut into chunks and written at once.</summary>
    [FieldOffset(8 * 64)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, ushort, byte*, nuint, BOOL> SendChannelData;

    /// <summary>channel, data, size, flags, total: one chunk of a static channel.</summary>
    [FieldOffset(8 * 65)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, ushort, byte*, nuint, uint, nuint, BOOL> ReceiveChannelData;

    [FieldOffset(8 * 69)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, byte**, byte**, byte**, int, BOOL> AuthenticateEx;
    [FieldOffset(8 * 72)] public delegate* unmanaged[Cdecl]<rdp_freerdp*, byte*, nuint, void*, nint> RetryDialog;
}

/// <summary>transport_io.h: how libfreerdp reaches its socket.</summary>
[NativeStruct("rdpTransportIo", "freerdp/transport_io.h")]
[StructLayout(LayoutKind.Explicit, Size = 8 * 64)]
internal unsafe struct rdp_transport_io
{
    /// <summary>context, settings, host, port, timeout in ms → a connected socket, or -1.</summary>
    [FieldOffset(8 * 0)] public delegate* unmanaged[Cdecl]<rdp_context*, rdp_settings*, byte*, int, uint, int> TCPConnect;
    [FieldOffset(8 * 1)] public delegate* unmanaged[Cdecl]<rdp_transport*, BOOL> TLSConnect;
    [FieldOffset(8 * 5)] public delegate* unmanaged[Cdecl]<rdp_transport*, wStream*, int> ReadPdu;
    [FieldOffset(8 * 6)] public delegate* unmanaged[Cdecl]<rdp_transport*, wStream*, int> WritePdu;
    [FieldOffset(8 * 7)] public delegate* unmanaged[Cdecl]<rdp_transport*, byte*, nuint, nint> ReadBytes;
}

[NativeHeader("freerdp/transport_io.h")]
internal static unsafe partial class TransportIo
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial rdp_transport_io* freerdp_get_io_callbacks(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_set_io_callbacks(rdp_context* context, rdp_transport_io* io_callbacks);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial rdp_context* transport_get_context(rdp_transport* transport);
}

/// <summary>freerdp.h, functions.</summary>
[NativeHeader("freerdp/freerdp.h")]
internal static unsafe partial class Freerdp
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial rdp_freerdp* freerdp_new();

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_free(rdp_freerdp* instance);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_context_new(rdp_freerdp* instance);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_context_free(rdp_freerdp* instance);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_connect(rdp_freerdp* instance);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_disconnect(rdp_freerdp* instance);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_abort_connect_context(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_shall_disconnect_context(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial uint freerdp_get_event_handles(rdp_context* context, nint* events, uint count);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_check_event_handles(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial uint freerdp_error_info(rdp_freerdp* instance);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_set_error_info(rdp_rdp* rdp, uint error);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_send_error_info(rdp_rdp* rdp);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial uint freerdp_get_last_error(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_get_last_error_name(uint error);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_get_last_error_string(uint error);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial uint freerdp_get_nla_sspi_error(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial int freerdp_get_disconnect_ultimatum(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial int freerdp_get_state(rdp_context* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_state_string(int state);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_get_version(int* major, int* minor, int* revision);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_get_version_string();

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_get_build_config();
}
