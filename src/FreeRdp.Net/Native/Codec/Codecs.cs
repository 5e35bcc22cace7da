using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>Opaque codec contexts.</summary>
internal struct PROGRESSIVE_CONTEXT;

/// <inheritdoc cref="PROGRESSIVE_CONTEXT"/>
internal struct RFX_CONTEXT;

/// <inheritdoc cref="PROGRESSIVE_CONTEXT"/>
internal struct RFX_MESSAGE_LIST;

/// <inheritdoc cref="PROGRESSIVE_CONTEXT"/>
internal struct RFX_MESSAGE;

/// <inheritdoc cref="PROGRESSIVE_CONTEXT"/>
internal struct BITMAP_INTERLEAVED_CONTEXT;

/// <summary>codec/region.h: what progressive_compress is told to encode.</summary>
[NativeStruct("REGION16", "freerdp/codec/region.h")]
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct REGION16
{
    [FieldOffset(0)] public RECTANGLE_16 extents;
    [FieldOffset(8)] public void* data;
}

[NativeHeader("freerdp/codec/region.h")]
internal static unsafe partial class Region
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void region16_init(REGION16* region);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL region16_union_rect(REGION16* dst, REGION16* src, RECTANGLE_16* rect);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void region16_uninit(REGION16* region);
}

[NativeHeader("freerdp/codec/progressive.h")]
internal static unsafe partial class Progressive
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial PROGRESSIVE_CONTEXT* progressive_context_new_ex(BOOL Compressor, uint ThreadingFlags);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void progressive_context_free(PROGRESSIVE_CONTEXT* progressive);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial int progressive_compress(PROGRESSIVE_CONTEXT* progressive, byte* pSrcData, uint SrcSize, uint SrcFormat,
        uint Width, uint Height, uint ScanLine, REGION16* invalidRegion, byte** ppDstData, uint* pDstSize);
}

/// <summary>codec/rfx.h.</summary>
[NativeStruct("RFX_RECT", "freerdp/codec/rfx.h")]
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct RFX_RECT
{
    [FieldOffset(0)] public ushort x;
    [FieldOffset(2)] public ushort y;
    [FieldOffset(4)] public ushort width;
    [FieldOffset(6)] public ushort height;
}

[NativeHeader("freerdp/codec/rfx.h")]
internal static unsafe partial class Rfx
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial RFX_CONTEXT* rfx_context_new_ex(BOOL encoder, uint ThreadingFlags);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void rfx_context_free(RFX_CONTEXT* context);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL rfx_context_reset(RFX_CONTEXT* context, uint width, uint height);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL rfx_context_set_mode(RFX_CONTEXT* context, int mode);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void rfx_context_set_pixel_format(RFX_CONTEXT* context, uint pixel_format);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial RFX_MESSAGE_LIST* rfx_encode_messages(RFX_CONTEXT* context, RFX_RECT* rects, nuint numRects, byte* data,
        uint width, uint height, uint scanline, nuint* numMessages, nuint maxDataSize);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void rfx_message_list_free(RFX_MESSAGE_LIST* messages);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial RFX_MESSAGE* rfx_message_list_get(RFX_MESSAGE_LIST* messages, nuint idx);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL rfx_write_message(RFX_CONTEXT* context, wStream* s, RFX_MESSAGE* message);
}

[NativeHeader("freerdp/codec/interleaved.h")]
internal static unsafe partial class Interleaved
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BITMAP_INTERLEAVED_CONTEXT* bitmap_interleaved_context_new(BOOL Compressor);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void bitmap_interleaved_context_free(BITMAP_INTERLEAVED_CONTEXT* interleaved);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL interleaved_compress(BITMAP_INTERLEAVED_CONTEXT* interleaved, byte* pDstData, uint* pDstSize,
        uint nWidth, uint nHeight, byte* pSrcData, uint SrcFormat, uint nSrcStep, uint nXSrc, uint nYSrc, void* palette, uint bpp);
}
