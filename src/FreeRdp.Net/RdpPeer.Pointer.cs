using FreeRdp.Native;

namespace FreeRdp;

// How the client's mouse pointer looks (MS-RDPBCGR 2.2.9.1.1.4).
public sealed unsafe partial class RdpPeer
{
    /// <summary>Largest side of a pointer, for clients that take large ones.</summary>
    public const int PointerSideMax = 384;

    /// <summary>LARGE_POINTER_FLAG_*, 2.2.7.2.7.</summary>
    private const uint LargePointer96 = 1, LargePointer384 = 2;

    /// <summary>SYSPTR_*.</summary>
    private const uint SystemPointerNull = 0, SystemPointerDefault = 0x7F00;

    /// <summary>Shows the client's own arrow.</summary>
    public void SetPointerDefault() => SetSystemPointer(SystemPointerDefault);

    /// <summary>Shows no pointer.</summary>
    public void SetPointerHidden() => SetSystemPointer(SystemPointerNull);

    /// <summary>Moves the client's pointer.</summary>
    public void MovePointer(int x, int y)
    {
        if (!IsActive || Failure is not null) return;
        var update = new POINTER_POSITION_UPDATE { xPos = (uint)x, yPos = (uint)y };
        // SAFETY: libfreerdp's own function, which copies what it needs before it returns.
        Context->update->pointer->PointerPosition(Context, &update);
    }

    /// <summary>Shows a pointer of its own. One that is larger than the client takes is made smaller.</summary>
    /// <param name="bgra">BGRA32 with straight alpha, rows of width × 4 bytes, top row first.</param>
    /// <param name="width">1 to <see cref="PointerSideMax"/>.</param>
    /// <param name="height">1 to <see cref="PointerSideMax"/>.</param>
    /// <param name="hotspotX">Inside the bitmap.</param>
    /// <param name="hotspotY">Inside the bitmap.</param>
    public void SetPointer(ReadOnlySpan<byte> bgra, int width, int height, int hotspotX, int hotspotY)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(width - 1), (uint)PointerSideMax - 1, nameof(width));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(height - 1), (uint)PointerSideMax - 1, nameof(height));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)hotspotX, (uint)width);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)hotspotY, (uint)height);
        if (bgra.Length < width * height * 4) throw new ArgumentException("The bitmap is too short.", nameof(bgra));
        if (!IsActive || Failure is not null) return;

        var flags = Settings[UInt32Setting.LargePointerFlag];
        var sideMax = (flags & LargePointer384) != 0 ? 384 : (flags & LargePointer96) != 0 ? 96 : 32;
        var scale = (Math.Max(width, height) + sideMax - 1) / sideMax;
        var (w, h) = (Math.Max(1, width / scale), Math.Max(1, height / scale));
        var maskStride = (w + 15) / 16 * 2;
        var xor = new byte[w * h * 4];
        var and = new byte[maskStride * h];
        for (var y = 0; y < h; y++)
        {
            // Both masks have the bottom row first.
            var row = h - 1 - y;
            for (var x = 0; x < w; x++)
            {
                var pixel = bgra.Slice(((y * scale * width) + (x * scale)) * 4, 4);
                // A transparent pixel is black and masked; a colour there would be shown inverted.
                if (pixel[3] == 0) and[(row * maskStride) + (x >> 3)] |= (byte)(0x80 >> (x & 7));
                else pixel.CopyTo(xor.AsSpan(((row * w) + x) * 4));
            }
        }

        SendPointer(xor, and, w, h, Math.Min(hotspotX / scale, w - 1), Math.Min(hotspotY / scale, h - 1));
    }

    private void SendPointer(byte[] xor, byte[] and, int width, int height, int hotspotX, int hotspotY)
    {
        const int sideOfNewPointerMax = 96;
        var pointer = Context->update->pointer;
        fixed (byte* xorMask = xor, andMask = and)
        {
            // SAFETY: libfreerdp's own functions, which copy what they need before they return. Always cache slot 0: every client has one.
            if (Math.Max(width, height) > sideOfNewPointerMax)
            {
                var large = new POINTER_LARGE_UPDATE
                {
                    xorBpp = 32,
                    hotSpotX = (ushort)hotspotX,
                    hotSpotY = (ushort)hotspotY,
                    width = (ushort)width,
                    height = (ushort)height,
                    lengthAndMask = (uint)and.Length,
                    lengthXorMask = (uint)xor.Length,
                    xorMaskData = xorMask,
                    andMaskData = andMask,
                };
                pointer->PointerLarge(Context, &large);
                return;
            }

            var update = new POINTER_NEW_UPDATE
            {
                xorBpp = 32,
                colorPtrAttr = new POINTER_COLOR_UPDATE
                {
                    hotSpotX = (ushort)hotspotX,
                    hotSpotY = (ushort)hotspotY,
                    width = (ushort)width,
                    height = (ushort)height,
                    lengthAndMask = (ushort)and.Length,
                    lengthXorMask = (ushort)xor.Length,
                    xorMaskData = xorMask,
                    andMaskData = andMask,
                },
            };
            pointer->PointerNew(Context, &update);
        }
    }

    private void SetSystemPointer(uint type)
    {
        if (!IsActive || Failure is not null) return;
        var update = new POINTER_SYSTEM_UPDATE { type = type };
        // SAFETY: as above.
        Context->update->pointer->PointerSystem(Context, &update);
    }
}
