using FreeRdp.Native;

namespace FreeRdp;

// From libfreerdp's software drawing to the caller: damage, sizes and pointers.
public sealed unsafe partial class RdpClient
{
    /// <summary>More rectangles than this in one update are delivered as their bounding box.</summary>
    private const int DamageMax = 256;

    private const int PointerSideMax = 384;

    private readonly RdpRectangle[] _damage = new RdpRectangle[DamageMax];
    private byte[] _pointerPixels = [];
    private ArrivalClock? _arrivals;
    private long _partialPduNanos;
    private long _updateNanos;

    private void PrepareDrawing()
    {
        // SAFETY: PostConnect's instance is this one's; gdi_init makes the drawing buffer with the size that the host granted.
        if (!Gdi.gdi_init(_instance.Instance, PixelFormat.BGRX32))
            throw new RdpException("gdi_init failed.");
        var update = Context->update;
        update->BeginPaint = &OnBeginPaint;
        update->EndPaint = &OnEndPaint;
        update->DesktopResize = &OnDesktopResize;

        var prototype = new rdp_pointer
        {
            size = (nuint)sizeof(rdp_pointer),
            New = &OnPointerNew,
            Free = &OnPointerFree,
            Set = &OnPointerSet,
            SetNull = &OnPointerNull,
            SetDefault = &OnPointerDefault,
            SetPosition = &OnPointerPosition,
        };
        Graphics.graphics_register_pointer(Context->graphics, &prototype); // copies it
        s_decompressBitmap = Context->graphics->Bitmap_Prototype->Decompress;
        Context->graphics->Bitmap_Prototype->Decompress = &OnDecompressBitmap;
        Width = Context->gdi->width;
        Height = Context->gdi->height;
    }

    private void ResizeDrawing()
    {
        var settings = NativeSettings;
        var width = settings[UInt32Setting.DesktopWidth];
        var height = settings[UInt32Setting.DesktopHeight];
        var gdi = Context->gdi;
        if (gdi is null || (gdi->width == width && gdi->height == height))
            return;
        // SAFETY: replaces the drawing buffer; nobody holds a span over it outside a callback.
        if (!Gdi.gdi_resize(gdi, width, height))
            throw new RdpException($"gdi_resize to {width}x{height} failed.");
        Width = (int)width;
        Height = (int)height;
        Resized?.Invoke(Width, Height);
    }

    private void DeliverPaint()
    {
        var gdi = Context->gdi;
        if (gdi is null || gdi->primary is null)
            return;
        var window = gdi->primary->hdc->hwnd;
        if (window->invalid->@null || window->ninvalid == 0)
            return;

        var count = CollectDamage(window, gdi->width, gdi->height);
        window->invalid->@null = BOOL.TRUE;
        window->ninvalid = 0;
        if (count == 0 || Painted is not { } painted)
            return;

        Decoded?.Invoke();
        // SAFETY: the buffer has height rows of stride bytes; the span does not outlive this call.
        var pixels = new ReadOnlySpan<byte>(gdi->primary_buffer, (int)gdi->stride * gdi->height);
        painted(new RdpPaint(pixels, (int)gdi->stride, gdi->width, gdi->height, _damage.AsSpan(0, count),
            _updateNanos, Posix.MonotonicNanos()));
    }

    /// <summary>Takes the single rectangles, or their bounding box where that means less copying.</summary>
    private int CollectDamage(GDI_WND* window, int width, int height)
    {
        var box = Clip(*window->invalid, width, height);
        if (window->ninvalid > DamageMax)
        {
            _damage[0] = box;
            return 1;
        }

        var count = 0;
        long area = 0;
        // SAFETY: cinvalid holds ninvalid regions.
        for (var i = 0; i < window->ninvalid; i++)
        {
            var part = Clip(window->cinvalid[i], width, height);
            if (part.Width <= 0 || part.Height <= 0)
                continue;
            area += (long)part.Width * part.Height;
            _damage[count++] = part;
        }

        if (count < 2 || area < (long)box.Width * box.Height)
            return count;
        _damage[0] = box; // they overlap or fill the box
        return 1;
    }

    private static RdpRectangle Clip(in GDI_RGN region, int width, int height)
    {
        var left = Math.Clamp(region.x, 0, width);
        var top = Math.Clamp(region.y, 0, height);
        var right = (int)Math.Clamp((long)region.x + region.w, left, width);
        var bottom = (int)Math.Clamp((long)region.y + region.h, top, height);
        return new RdpRectangle(left, top, right - left, bottom - top);
    }

    private void ShowPointer(rdp_pointer* pointer)
    {
        if (PointerChanged is not { } changed)
            return;
        int width = (int)pointer->width, height = (int)pointer->height;
        if (width is <= 0 or > PointerSideMax || height is <= 0 or > PointerSideMax)
        {
            changed(new RdpPointerShape(RdpPointerKind.Default));
            return;
        }

        var bytes = width * height * 4;
        if (_pointerPixels.Length < bytes)
            _pointerPixels = new byte[bytes];
        _pointerPixels.AsSpan(0, bytes).Clear();
        fixed (byte* pixels = _pointerPixels)
        {
            // SAFETY: the destination has height rows of width pixels; libfreerdp checks the masks against their lengths.
            if (!Color.freerdp_image_copy_from_pointer_data(pixels, PixelFormat.BGRA32, (uint)width * 4, 0, 0, (uint)width, (uint)height,
                    pointer->xorMaskData, pointer->lengthXorMask, pointer->andMaskData, pointer->lengthAndMask, pointer->xorBpp,
                    &Context->gdi->palette))
            {
                changed(new RdpPointerShape(RdpPointerKind.Default));
                return;
            }
        }

        changed(new RdpPointerShape(RdpPointerKind.Shape, _pointerPixels.AsSpan(0, bytes), width, height,
            Math.Min((int)pointer->xPos, width - 1), Math.Min((int)pointer->yPos, height - 1)));
    }
}
