using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>update.h. Its padding is of 4-byte words, so slot n is not at 8·n: the offsets are asserted by the layout tests.</summary>
[NativeStruct("rdpUpdate", "freerdp/update.h")]
[StructLayout(LayoutKind.Explicit, Size = 440)]
internal unsafe struct rdp_update
{
    [FieldOffset(0)] public rdp_context* context;
    [FieldOffset(72)] public delegate* unmanaged[Cdecl]<rdp_context*, BOOL> BeginPaint;
    [FieldOffset(80)] public delegate* unmanaged[Cdecl]<rdp_context*, BOOL> EndPaint;
    [FieldOffset(104)] public delegate* unmanaged[Cdecl]<rdp_context*, BOOL> DesktopResize;
    [FieldOffset(112)] public delegate* unmanaged[Cdecl]<rdp_context*, BITMAP_UPDATE*, BOOL> BitmapUpdate;
    [FieldOffset(136)] public delegate* unmanaged[Cdecl]<rdp_context*, ushort, BOOL> SetKeyboardIndicators;
    [FieldOffset(144)] public delegate* unmanaged[Cdecl]<rdp_context*, ushort, uint, uint, BOOL> SetKeyboardImeStatus;
    [FieldOffset(176)] public rdp_pointer_update* pointer;
    [FieldOffset(264)] public delegate* unmanaged[Cdecl]<rdp_context*, byte, RECTANGLE_16*, BOOL> RefreshRect;
    [FieldOffset(272)] public delegate* unmanaged[Cdecl]<rdp_context*, byte, RECTANGLE_16*, BOOL> SuppressOutput;
    [FieldOffset(352)] public delegate* unmanaged[Cdecl]<rdp_context*, SURFACE_BITS_COMMAND*, BOOL> SurfaceBits;
    [FieldOffset(360)] public delegate* unmanaged[Cdecl]<rdp_context*, SURFACE_FRAME_MARKER*, BOOL> SurfaceFrameMarker;
    [FieldOffset(368)]
    public delegate* unmanaged[Cdecl]<rdp_context*, SURFACE_BITS_COMMAND*, BOOL, BOOL, uint, BOOL> SurfaceFrameBits;
    [FieldOffset(376)] public delegate* unmanaged[Cdecl]<rdp_context*, uint, BOOL> SurfaceFrameAcknowledge;
    [FieldOffset(384)] public delegate* unmanaged[Cdecl]<rdp_context*, uint, void*, BOOL> SaveSessionInfo;
    [FieldOffset(392)] public delegate* unmanaged[Cdecl]<rdp_context*, uint, BOOL> ServerStatusInfo;
    [FieldOffset(400)] public BOOL autoCalculateBitmapData;
}

/// <summary>types.h.</summary>
[NativeStruct("RECTANGLE_16", "freerdp/types.h")]
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct RECTANGLE_16
{
    [FieldOffset(0)] public ushort left;
    [FieldOffset(2)] public ushort top;
    [FieldOffset(4)] public ushort right;
    [FieldOffset(6)] public ushort bottom;
}

[NativeStruct("BITMAP_DATA", "freerdp/update.h")]
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal unsafe struct BITMAP_DATA
{
    [FieldOffset(0)] public uint destLeft;
    [FieldOffset(4)] public uint destTop;
    [FieldOffset(8)] public uint destRight;
    [FieldOffset(12)] public uint destBottom;
    [FieldOffset(16)] public uint width;
    [FieldOffset(20)] public uint height;
    [FieldOffset(24)] public uint bitsPerPixel;
    [FieldOffset(28)] public uint flags;
    [FieldOffset(32)] public uint bitmapLength;
    [FieldOffset(36)] public uint cbCompFirstRowSize;
    [FieldOffset(40)] public uint cbCompMainBodySize;
    [FieldOffset(44)] public uint cbScanWidth;
    [FieldOffset(48)] public uint cbUncompressedSize;
    [FieldOffset(56)] public byte* bitmapDataStream;
    [FieldOffset(64)] public BOOL compressed;
}

[NativeStruct("BITMAP_UPDATE", "freerdp/update.h")]
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal unsafe struct BITMAP_UPDATE
{
    [FieldOffset(0)] public uint number;
    [FieldOffset(8)] public BITMAP_DATA* rectangles;
    [FieldOffset(16)] public BOOL skipCompression;
}

[NativeStruct("TS_BITMAP_DATA_EX", "freerdp/update.h")]
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal unsafe struct TS_BITMAP_DATA_EX
{
    [FieldOffset(0)] public byte bpp;
    [FieldOffset(1)] public byte flags;
    [FieldOffset(2)] public ushort codecID;
    [FieldOffset(4)] public ushort width;
    [FieldOffset(6)] public ushort height;
    [FieldOffset(8)] public uint bitmapDataLength;
    [FieldOffset(40)] public byte* bitmapData;
}

[NativeStruct("SURFACE_BITS_COMMAND", "freerdp/update.h")]
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct SURFACE_BITS_COMMAND
{
    [FieldOffset(0)] public uint cmdType;
    [FieldOffset(4)] public uint destLeft;
    [FieldOffset(8)] public uint destTop;
    [FieldOffset(12)] public uint destRight;
    [FieldOffset(16)] public uint destBottom;
    [FieldOffset(24)] public TS_BITMAP_DATA_EX bmp;
    [FieldOffset(72)] public BOOL skipCompression;
}

[NativeStruct("SURFACE_FRAME_MARKER", "freerdp/update.h")]
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct SURFACE_FRAME_MARKER
{
    [FieldOffset(0)] public uint frameAction;
    [FieldOffset(4)] public uint frameId;
}

/// <summary>pointer.h: pointer updates as they come over the wire (a peer calls these to send, a client's are filled by libfreerdp).</summary>
[NativeStruct("rdpPointerUpdate", "freerdp/pointer.h")]
[StructLayout(LayoutKind.Explicit, Size = 160)]
internal unsafe struct rdp_pointer_update
{
    [FieldOffset(0)] public rdp_context* context;
    [FieldOffset(72)] public delegate* unmanaged[Cdecl]<rdp_context*, POINTER_POSITION_UPDATE*, BOOL> PointerPosition;
    [FieldOffset(80)] public delegate* unmanaged[Cdecl]<rdp_context*, POINTER_SYSTEM_UPDATE*, BOOL> PointerSystem;
    [FieldOffset(88)] public delegate* unmanaged[Cdecl]<rdp_context*, POINTER_COLOR_UPDATE*, BOOL> PointerColor;
    [FieldOffset(96)] public delegate* unmanaged[Cdecl]<rdp_context*, POINTER_NEW_UPDATE*, BOOL> PointerNew;
    [FieldOffset(104)] public delegate* unmanaged[Cdecl]<rdp_context*, POINTER_CACHED_UPDATE*, BOOL> PointerCached;
    [FieldOffset(112)] public delegate* unmanaged[Cdecl]<rdp_context*, POINTER_LARGE_UPDATE*, BOOL> PointerLarge;
}

[NativeStruct("POINTER_POSITION_UPDATE", "freerdp/pointer.h")]
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct POINTER_POSITION_UPDATE
{
    [FieldOffset(0)] public uint xPos;
    [FieldOffset(4)] public uint yPos;
}

[NativeStruct("POINTER_SYSTEM_UPDATE", "freerdp/pointer.h")]
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct POINTER_SYSTEM_UPDATE
{
    [FieldOffset(0)] public uint type;
}

[NativeStruct("POINTER_CACHED_UPDATE", "freerdp/pointer.h")]
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct POINTER_CACHED_UPDATE
{
    [FieldOffset(0)] public uint cacheIndex;
}

[NativeStruct("POINTER_COLOR_UPDATE", "freerdp/pointer.h")]
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal unsafe struct POINTER_COLOR_UPDATE
{
    [FieldOffset(0)] public ushort cacheIndex;
    [FieldOffset(2)] public ushort hotSpotX;
    [FieldOffset(4)] public ushort hotSpotY;
    [FieldOffset(6)] public ushort width;
    [FieldOffset(8)] public ushort height;
    [FieldOffset(10)] public ushort lengthAndMask;
    [FieldOffset(12)] public ushort lengthXorMask;
    [FieldOffset(16)] public byte* xorMaskData;
    [FieldOffset(24)] public byte* andMaskData;
}

[NativeStruct("POINTER_NEW_UPDATE", "freerdp/pointer.h")]
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct POINTER_NEW_UPDATE
{
    [FieldOffset(0)] public uint xorBpp;
    [FieldOffset(8)] public POINTER_COLOR_UPDATE colorPtrAttr;
}

[NativeStruct("POINTER_LARGE_UPDATE", "freerdp/pointer.h")]
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal unsafe struct POINTER_LARGE_UPDATE
{
    [FieldOffset(0)] public ushort xorBpp;
    [FieldOffset(2)] public ushort cacheIndex;
    [FieldOffset(4)] public ushort hotSpotX;
    [FieldOffset(6)] public ushort hotSpotY;
    [FieldOffset(8)] public ushort width;
    [FieldOffset(10)] public ushort height;
    [FieldOffset(12)] public uint lengthAndMask;
    [FieldOffset(16)] public uint lengthXorMask;
    [FieldOffset(24)] public byte* xorMaskData;
    [FieldOffset(32)] public byte* andMaskData;
}
