using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>addin.h: where channel implementations are looked up.</summary>
[NativeHeader("freerdp/addin.h")]
internal static unsafe partial class Addin
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial int freerdp_register_addin_provider(
        delegate* unmanaged[Cdecl]<byte*, byte*, byte*, uint, void*> provider, uint dwFlags);
}

[NativeConstants("FREERDP_ADDIN_CHANNEL_", "freerdp/addin.h")]
internal static class AddinChannel
{
    public const uint STATIC = 0x1000;
    public const uint ENTRYEX = 0x8000;
}

/// <summary>channels/channels.h: static channels of a client.</summary>
[NativeHeader("freerdp/channels/channels.h")]
internal static unsafe partial class Channels
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial int freerdp_channels_client_load_ex(void* channels, rdp_settings* settings, void* entryEx, void* data);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_channels_check_fds(void* channels, rdp_freerdp* instance);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial ushort freerdp_channels_get_id_by_name(rdp_freerdp* instance, byte* channel_name);
}

/// <summary>wtsapi.h: a static channel that a client asks for.</summary>
[NativeStruct("CHANNEL_DEF", "winpr/wtsapi.h")]
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal unsafe struct CHANNEL_DEF
{
    [FieldOffset(0)] public fixed byte name[8];
    [FieldOffset(8)] public uint options;
}

/// <summary>wtsapi.h: what a client says of a static channel (MS-RDPBCGR 2.2.1.3.4.1).</summary>
[NativeConstants("CHANNEL_OPTION_", "winpr/wtsapi.h")]
internal static class ChannelOption
{
    public const uint INITIALIZED = 0x80000000;
    public const uint ENCRYPT_RDP = 0x40000000;
    public const uint SHOW_PROTOCOL = 0x00200000;
}

/// <summary>client/channels.h: the channels that are compiled into libfreerdp-client, so that nothing is loaded from disk.</summary>
[NativeHeader("freerdp/client/channels.h")]
internal static unsafe partial class ClientChannels
{
    [LibraryImport(FreeRdpLibrary.FreerdpClient)]
    public static partial void* freerdp_channels_load_static_addin_entry(byte* pszName, byte* pszSubsystem, byte* pszType, uint dwFlags);
}

/// <summary>settings.h: the dynamic channels that drdynvc opens listeners for.</summary>
[NativeHeader("freerdp/settings.h")]
internal static unsafe partial class ChannelCollection
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void* freerdp_addin_argv_new(nuint argc, byte** argv);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_addin_argv_free(void* args);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_dynamic_channel_collection_add(rdp_settings* settings, void* channel);
}

/// <summary>event.h: a dynamic or static channel is there, or gone.</summary>
[NativeStruct("ChannelConnectedEventArgs", "freerdp/event.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct ChannelConnectedEventArgs
{
    [FieldOffset(16)] public byte* name;
    [FieldOffset(24)] public void* pInterface;
}

/// <summary>types.h: the states of the connection sequence that are told apart here.</summary>
[NativeConstants("CONNECTION_STATE_", "freerdp/types.h")]
internal static class ConnectionState
{
    public const int NLA = 2;
    public const int MCS_CREATE_REQUEST = 4;
    public const int SECURE_SETTINGS_EXCHANGE = 12;
    public const int CAPABILITIES_EXCHANGE_DEMAND_ACTIVE = 18;
    public const int ACTIVE = 30;
}

/// <summary>client/disp.h: the client's end of display control (MS-RDPEDISP).</summary>
[NativeStruct("DispClientContext", "freerdp/client/disp.h")]
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal unsafe struct DispClientContext
{
    [FieldOffset(0)] public void* handle;
    [FieldOffset(8)] public void* custom;

    /// <summary>monitors at most, area factors A and B: the host is ready for layouts.</summary>
    [FieldOffset(16)] public delegate* unmanaged[Cdecl]<DispClientContext*, uint, uint, uint, uint> DisplayControlCaps;
    [FieldOffset(24)]
    public delegate* unmanaged[Cdecl]<DispClientContext*, uint, DISPLAY_CONTROL_MONITOR_LAYOUT*, uint> SendMonitorLayout;
}

/// <summary>channels/disp.h, MS-RDPEDISP 2.2.2.2.1.</summary>
[NativeStruct("DISPLAY_CONTROL_MONITOR_LAYOUT", "freerdp/channels/disp.h")]
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct DISPLAY_CONTROL_MONITOR_LAYOUT
{
    [FieldOffset(0)] public uint Flags;
    [FieldOffset(4)] public int Left;
    [FieldOffset(8)] public int Top;
    [FieldOffset(12)] public uint Width;
    [FieldOffset(16)] public uint Height;
    [FieldOffset(20)] public uint PhysicalWidth;
    [FieldOffset(24)] public uint PhysicalHeight;
    [FieldOffset(28)] public uint Orientation;
    [FieldOffset(32)] public uint DesktopScaleFactor;
    [FieldOffset(36)] public uint DeviceScaleFactor;
}

[NativeConstants("DISPLAY_CONTROL_", "freerdp/channels/disp.h")]
internal static class DisplayControlLimits
{
    public const uint MONITOR_PRIMARY = 1;
    public const uint MIN_MONITOR_WIDTH = 200;
    public const uint MAX_MONITOR_WIDTH = 8192;
    public const uint MIN_MONITOR_HEIGHT = 200;
    public const uint MAX_MONITOR_HEIGHT = 8192;
}
