using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp;

// Puts decoders into libfreerdp that are no larger than what is decoded: see Decoders.
public sealed unsafe partial class RdpClient
{
    private const uint PlanarBitsPerPixel = 32;
    private const uint InvalidPicture = 13; // ERROR_INVALID_DATA
    private const uint NoRoomNeeded = 64;

    // libfreerdp's own functions that are wrapped below; the same for every connection.
    private static delegate* unmanaged[Cdecl]<rdp_context*, rdp_bitmap*, byte*, uint, uint, uint, uint, BOOL, uint, BOOL> s_decompressBitmap;
    private static delegate* unmanaged[Cdecl]<RdpgfxClientContext*, void*, uint> s_resetGraphics;
    private static delegate* unmanaged[Cdecl]<RdpgfxClientContext*, RDPGFX_SURFACE_COMMAND*, uint> s_surfaceCommand;

    private Decoders? _legacyDecoders;
    private Decoders? _pipelineDecoders;

    private uint ThreadingFlags => NativeSettings[UInt32Setting.ThreadingFlags];

    private void MakeLegacyDecoders()
    {
        var settings = NativeSettings;
        settings[BoolSetting.DeactivateClientDecoding] = false;
        _legacyDecoders = Decoders.Make(Decoders.Legacy, ThreadingFlags, (uint)Width, (uint)Height);
        // SAFETY: the slot is empty, because decoding was off when libfreerdp would have filled it; the context owns it from now on.
        Context->codecs = _legacyDecoders.Native;
    }

    private void AttachPipeline(RdpgfxClientContext* graphics)
    {
        var settings = NativeSettings;
        var (width, height) = (settings[UInt32Setting.DesktopWidth], settings[UInt32Setting.DesktopHeight]);
        // The decoders that this makes are replaced below: small ones are cheaper to throw away.
        settings[UInt32Setting.DesktopWidth] = NoRoomNeeded;
        settings[UInt32Setting.DesktopHeight] = NoRoomNeeded;
        // SAFETY: the interface of the graphics channel, and the drawing that exists since PostConnect.
        var attached = GdiGfx.gdi_graphics_pipeline_init(Context->gdi, graphics);
        settings[UInt32Setting.DesktopWidth] = width;
        settings[UInt32Setting.DesktopHeight] = height;
        if (!attached)
            throw new RdpException("gdi_graphics_pipeline_init failed.");

        _pipelineDecoders = Decoders.Make(
            _options.Codecs == RdpCodecs.None ? Decoders.Pipeline : Decoders.PipelineAvc, ThreadingFlags, width, height);
        // SAFETY: no surface that could hold the old set exists yet; the pipeline owns the new one.
        Codecs.freerdp_client_codecs_free(graphics->codecs);
        graphics->codecs = _pipelineDecoders.Native;
        s_resetGraphics = graphics->ResetGraphics;
        s_surfaceCommand = graphics->SurfaceCommand;
        graphics->ResetGraphics = &OnResetGraphics;
        graphics->SurfaceCommand = &OnSurfaceCommand;
        AttachHostGraphics(graphics);
    }

    private static RdpClient? OwnerOf(RdpgfxClientContext* graphics) =>
        graphics->custom is null ? null : OwnerOf<RdpClient>(((rdp_gdi*)graphics->custom)->context);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static BOOL OnDecompressBitmap(rdp_context* context, rdp_bitmap* bitmap, byte* data, uint width, uint height, uint bitsPerPixel,
        uint length, BOOL compressed, uint codec)
    {
        if (compressed && bitsPerPixel == PlanarBitsPerPixel && OwnerOf<RdpClient>(context) is { _legacyDecoders: { } decoders }
            && !decoders.MakePlanarRoom(data, length, width, height))
            return BOOL.FALSE;
        return s_decompressBitmap(context, bitmap, data, width, height, bitsPerPixel, length, compressed, codec);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint OnSurfaceCommand(RdpgfxClientContext* graphics, RDPGFX_SURFACE_COMMAND* command)
    {
        if (command->codecId == GraphicsCodec.PLANAR && OwnerOf(graphics) is { _pipelineDecoders: { } decoders }
            && !decoders.MakePlanarRoom(command->data, command->length, command->right, command->bottom))
            return InvalidPicture;
        return s_surfaceCommand(graphics, command);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static uint OnResetGraphics(RdpgfxClientContext* graphics, void* reset)
    {
        if (OwnerOf(graphics) is not { } self)
            return InvalidPicture;
        try
        {
            var settings = self.NativeSettings;
            // Off for this call, in which libfreerdp would make both sets' buffers as large as the desktop.
            settings[BoolSetting.DeactivateClientDecoding] = true;
            var result = s_resetGraphics(graphics, reset);
            settings[BoolSetting.DeactivateClientDecoding] = false;
            self._legacyDecoders?.Reset((uint)self.Width, (uint)self.Height);
            self._pipelineDecoders?.Reset((uint)self.Width, (uint)self.Height);
            return result;
        }
        catch (Exception e)
        {
            self.KeepFault(e);
            return InvalidPicture;
        }
    }
}
