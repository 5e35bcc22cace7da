using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>graphics.h: a pointer class is a prototype whose callbacks libfreerdp copies into every pointer that it caches.</summary>
[NativeStruct("rdpPointer", "freerdp/graphics.h")]
[StructLayout(LayoutKind.Explicit, Size = 168)]
internal unsafe struct rdp_pointer
{
    [FieldOffset(0)] public nuint size;
    [FieldOffset(8)] public delegate* unmanaged[Cdecl]<rdp_context*, rdp_pointer*, BOOL> New;
    [FieldOffset(16)] public delegate* unmanaged[Cdecl]<rdp_context*, rdp_pointer*, void> Free;
    [FieldOffset(24)] public delegate* unmanaged[Cdecl]<rdp_context*, rdp_pointer*, BOOL> Set;
    [FieldOffset(32)] public delegate* unmanaged[Cdecl]<rdp_context*, BOOL> SetNull;
    [FieldOffset(40)] public delegate* unmanaged[Cdecl]<rdp_context*, BOOL> SetDefault;
    [FieldOffset(48)] public delegate* unmanaged[Cdecl]<rdp_context*, uint, uint, BOOL> SetPosition;
    [FieldOffset(92)] public uint xPos;
    [FieldOffset(96)] public uint yPos;
    [FieldOffset(100)] public uint width;
    [FieldOffset(104)] public uint height;
    [FieldOffset(108)] public uint xorBpp;
    [FieldOffset(112)] public uint lengthAndMask;
    [FieldOffset(116)] public uint lengthXorMask;
    [FieldOffset(120)] public byte* xorMaskData;
    [FieldOffset(128)] public byte* andMaskData;
}

/// <summary>graphics.h: the prototypes of what is drawn with.</summary>
[NativeStruct("rdpGraphics", "freerdp/graphics.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct rdp_graphics
{
    [FieldOffset(8)] public rdp_bitmap* Bitmap_Prototype;
}

[NativeStruct("rdpBitmap", "freerdp/graphics.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct rdp_bitmap
{
    /// <summary>data, width, height, bits per pixel, length, compressed, codec.</summary>
    [FieldOffset(32)]
    public delegate* unmanaged[Cdecl]<rdp_context*, rdp_bitmap*, byte*, uint, uint, uint, uint, BOOL, uint, BOOL> Decompress;
}

[NativeHeader("freerdp/graphics.h")]
internal static unsafe partial class Graphics
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void graphics_register_pointer(rdp_graphics* graphics, rdp_pointer* pointer);
}

[NativeHeader("freerdp/codec/color.h")]
internal static unsafe partial class Color
{
    /// <summary>Turns AND and XOR masks of any depth into pixels with alpha.</summary>
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_image_copy_from_pointer_data(
        byte* pDstData, uint DstFormat, uint nDstStep, uint nXDst, uint nYDst, uint nWidth, uint nHeight,
        byte* xorMask, uint xorMaskLength, byte* andMask, uint andMaskLength, uint xorBpp, void* palette);
}

/// <summary>crypto/certificate.h. Returned strings are the caller's and are freed with free(3).</summary>
internal static unsafe partial class Certificate
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void* freerdp_certificate_new_from_pem(byte* pem);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_certificate_get_fingerprint_by_hash_ex(void* certificate, byte* hash, BOOL separator);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial byte* freerdp_certificate_get_subject(void* certificate);
}
