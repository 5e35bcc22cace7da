using System.Runtime.InteropServices;

namespace FreeRdp.Native;

/// <summary>codecs.h: one set of decoders.</summary>
[NativeStruct("rdpCodecs", "freerdp/codecs.h")]
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct rdp_codecs
{
    [FieldOffset(0)] public uint ThreadingFlags;
}

[NativeHeader("freerdp/codecs.h")]
internal static unsafe partial class Codecs
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial rdp_codecs* freerdp_client_codecs_new(uint ThreadingFlags);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void freerdp_client_codecs_free(rdp_codecs* codecs);

    /// <summary>Makes the decoders that the flags name anew.</summary>
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_client_codecs_prepare(rdp_codecs* codecs, uint flags, uint width, uint height);

    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial BOOL freerdp_client_codecs_reset(rdp_codecs* codecs, uint flags, uint width, uint height);
}

[NativeConstants("FREERDP_CODEC_", "freerdp/codecs.h")]
internal static class CodecFlags
{
    public const uint INTERLEAVED = 1;
    public const uint PLANAR = 2;
    public const uint REMOTEFX = 8;
    public const uint CLEARCODEC = 16;
    public const uint PROGRESSIVE = 64;
    public const uint AVC420 = 128;
    public const uint AVC444 = 256;
}

/// <summary>channels/rdpgfx.h, MS-RDPEGFX 2.2.2.1.</summary>
[NativeStruct("RDPGFX_SURFACE_COMMAND", "freerdp/channels/rdpgfx.h")]
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct RDPGFX_SURFACE_COMMAND
{
    [FieldOffset(4)] public uint codecId;
    [FieldOffset(24)] public uint right;
    [FieldOffset(28)] public uint bottom;
    [FieldOffset(32)] public uint width;
    [FieldOffset(36)] public uint height;
    [FieldOffset(40)] public uint length;
    [FieldOffset(48)] public byte* data;
}

[NativeConstants("RDPGFX_CODECID_", "freerdp/channels/rdpgfx.h")]
internal static class GraphicsCodec
{
    public const uint PLANAR = 0x000A;
}

/// <summary>primitives.h: vectorised routines. Hints count before the first use.</summary>
[NativeHeader("freerdp/primitives.h")]
internal static partial class Primitives
{
    [LibraryImport(FreeRdpLibrary.Freerdp)]
    public static partial void primitives_set_hints(PrimitiveHints hints);
}

[NativeConstants("", "freerdp/primitives.h")]
internal enum PrimitiveHints
{
    PRIMITIVES_ONLY_CPU = 1,
}
