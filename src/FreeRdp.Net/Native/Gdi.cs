using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>gdi/gdi.h: the software drawing that decodes every update into one frame buffer.</summary>
[NativeStruct("rdpGdi", "freerdp/gdi/gdi.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct rdp_gdi
{
    [FieldOffset(0)] public rdp_context* context;
    [FieldOffset(8)] public int width;
    [FieldOffset(12)] public int height;
    [FieldOffset(16)] public uint stride;
    [FieldOffset(20)] public uint dstFormat;
    [FieldOffset(32)] public GDI_DC* hdc;
    [FieldOffset(40)] public gdi_bitmap* primary;
    [FieldOffset(64)] public byte* primary_buffer;
    [FieldOffset(72)] public gdiPalette palette;
    [FieldOffset(1120)] public BOOL inGfxFrame;
    [FieldOffset(1128)] public BOOL suppressOutput;
    [FieldOffset(1136)] public uint frameId;
    [FieldOffset(1144)] public RdpgfxClientContext* gfx;
}

/// <summary>codec/color.h: opaque, only its address is passed on.</summary>
[NativeStruct("gdiPalette", "freerdp/codec/color.h")]
[StructLayout(LayoutKind.Explicit, Size = 1028)]
internal struct gdiPalette
{
    [FieldOffset(0)] public uint format;
}

[NativeStruct("gdiBitmap", "freerdp/gdi/gdi.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct gdi_bitmap
{
    [FieldOffset(296)] public GDI_DC* hdc;
}

[NativeStruct("GDI_DC", "freerdp/gdi/gdi.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct GDI_DC
{
    [FieldOffset(48)] public GDI_WND* hwnd;
}

/// <summary>What has been drawn on since the last EndPaint: a bounding box, and a list of <c>ninvalid</c> boxes.</summary>
[NativeStruct("GDI_WND", "freerdp/gdi/gdi.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct GDI_WND
{
    [FieldOffset(0)] public uint count;
    [FieldOffset(4)] public int ninvalid;
    [FieldOffset(8)] public GDI_RGN* invalid;
    [FieldOffset(16)] public GDI_RGN* cinvalid;
}

[NativeStruct("GDI_RGN", "freerdp/gdi/gdi.h")]
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct GDI_RGN
{
    [FieldOffset(4)] public int x;
    [FieldOffset(8)] public int y;
    [FieldOffset(12)] public int w;
    [FieldOffset(16)] public int h;
    [FieldOffset(20)] public BOOL @null;
}

[NativeHeader("freerdp/gdi/gdi.h")]
internal static unsafe partial class Gdi
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL gdi_init(rdp_freerdp* instance, uint format);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL gdi_resize(rdp_gdi* gdi, uint width, uint height);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void gdi_free(rdp_freerdp* instance);
}

/// <summary>codec/color.h.</summary>
[NativeConstants("PIXEL_FORMAT_", "freerdp/codec/color.h")]
internal static class PixelFormat
{
    public const uint BGRX32 = 0x20040888;
    public const uint BGRA32 = 0x20048888;
}

/// <summary>client/rdpgfx.h: the client's end of the graphics pipeline channel (MS-RDPEGFX).</summary>
[NativeStruct("RdpgfxClientContext", "freerdp/client/rdpgfx.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct RdpgfxClientContext
{
    [FieldOffset(0)] public void* handle;
    [FieldOffset(8)] public void* custom;
    [FieldOffset(16)] public delegate* unmanaged[Cdecl]<RdpgfxClientContext*, void*, uint> ResetGraphics;
    [FieldOffset(24)] public delegate* unmanaged[Cdecl]<RdpgfxClientContext*, RDPGFX_START_FRAME_PDU*, uint> StartFrame;
    [FieldOffset(40)] public delegate* unmanaged[Cdecl]<RdpgfxClientContext*, RDPGFX_SURFACE_COMMAND*, uint> SurfaceCommand;
    [FieldOffset(240)] public delegate* unmanaged[Cdecl]<RdpgfxClientContext*, RDPGFX_CAPS_CONFIRM_PDU*, uint> CapsConfirm;
    [FieldOffset(344)] public rdp_codecs* codecs;
}

/// <summary>MS-RDPEGFX 2.2.2.11.</summary>
[NativeStruct("RDPGFX_START_FRAME_PDU", "freerdp/channels/rdpgfx.h")]
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct RDPGFX_START_FRAME_PDU
{
    [FieldOffset(0)] public uint timestamp;
    [FieldOffset(4)] public uint frameId;
}

/// <summary>MS-RDPEGFX 2.2.1.6.</summary>
[NativeStruct("RDPGFX_CAPSET", "freerdp/channels/rdpgfx.h")]
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal struct RDPGFX_CAPSET
{
    [FieldOffset(0)] public uint version;
    [FieldOffset(4)] public uint length;
    [FieldOffset(8)] public uint flags;
}

/// <summary>MS-RDPEGFX 2.2.2.19.</summary>
[NativeStruct("RDPGFX_CAPS_CONFIRM_PDU", "freerdp/channels/rdpgfx.h")]
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal unsafe struct RDPGFX_CAPS_CONFIRM_PDU
{
    [FieldOffset(0)] public RDPGFX_CAPSET* capsSet;
}

[NativeHeader("freerdp/gdi/gfx.h")]
internal static unsafe partial class GdiGfx
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL gdi_graphics_pipeline_init(rdp_gdi* gdi, RdpgfxClientContext* gfx);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void gdi_graphics_pipeline_uninit(rdp_gdi* gdi, RdpgfxClientContext* gfx);
}
