using FreeRdp.Native;

namespace FreeRdp.Codec;

/// <summary>Interleaved run-length encoding (MS-RDPBCGR 2.2.9.1.1.3.1.2.4) for 15 and 16 bits per pixel.</summary>
internal sealed unsafe class InterleavedEncoder : IDisposable
{
    /// <summary>Side of the largest bitmap that libfreerdp's encoder takes.</summary>
    public const int SideMax = 64;

    private readonly InterleavedHandle _handle = new();
    private readonly byte[] _encoded = new byte[SideMax * SideMax * 4];

    /// <summary>Encodes a rectangle whose width is a multiple of four.</summary>
    /// <returns>Valid until the next call; empty when the encoder gave up (the bitmap did not get smaller).</returns>
    public ReadOnlySpan<byte> Encode(in PictureView picture, RdpRectangle rectangle, int bitsPerPixel)
    {
        if (rectangle.Width > SideMax || rectangle.Height > SideMax || rectangle.Width % 4 != 0
            || picture.Bounds.Intersect(rectangle) != rectangle)
            throw new ArgumentOutOfRangeException(nameof(rectangle), rectangle, "outside of the picture or of the encoder's bounds");
        var length = (uint)_encoded.Length;
        fixed (byte* encoded = _encoded)
        {
            // SAFETY: the rectangle is inside the pinned picture; the encoder is told the room there is.
            if (!Interleaved.interleaved_compress(_handle.Context, encoded, &length, (uint)rectangle.Width, (uint)rectangle.Height,
                picture.Pixels, PixelFormat.BGRX32, (uint)picture.StrideBytes, (uint)rectangle.X, (uint)rectangle.Y, null,
                (uint)bitsPerPixel))
                return default;
        }

        return length <= _encoded.Length ? _encoded.AsSpan(0, (int)length) : default;
    }

    public void Dispose() => _handle.Dispose();
}
