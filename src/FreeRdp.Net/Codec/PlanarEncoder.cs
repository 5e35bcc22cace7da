using FreeRdp.Native;

namespace FreeRdp.Codec;

/// <summary>The planar codec (MS-RDPEGDI 2.2.2.5.1): lossless, microseconds for a glyph, good for flat areas and text.</summary>
internal sealed unsafe class PlanarEncoder : IDisposable
{
    /// <summary>Most pixels of one bitmap: bounds the encoder's memory (18 bytes for each).</summary>
    public const int PixelsMax = 64 * 256;

    /// <summary>Narrower bitmaps can get longer than libfreerdp's run-length buffer allows, and are refused by it.</summary>
    public const int WidthMin = 4;

    /// <summary>Header and three planes in which every run of 15 bytes needs one more.</summary>
    private const int EncodedBytesMax = 1 + (PixelsMax * 4);

    private readonly PlanarHandle _handle = new(256, 64);
    private readonly byte[] _encoded = new byte[EncodedBytesMax];

    /// <param name="topDown">The graphics pipeline sends the top row first, bitmap updates the bottom row.</param>
    // SAFETY: the handle was just made.
    public PlanarEncoder(bool topDown) => Planar.freerdp_planar_topdown_image(_handle.Context, topDown);

    /// <summary>Encodes a rectangle of at least <see cref="WidthMin"/> columns and at most <see cref="PixelsMax"/> pixels.</summary>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode(in PictureView picture, RdpRectangle rectangle)
    {
        if (rectangle.Width < WidthMin || rectangle.Area > PixelsMax || picture.Bounds.Intersect(rectangle) != rectangle)
            throw new ArgumentOutOfRangeException(nameof(rectangle), rectangle, "outside of the picture or of the encoder's bounds");
        uint length = 0;
        fixed (byte* encoded = _encoded)
        {
            // SAFETY: the rectangle is inside the pinned picture, and the encoder's output is bounded by EncodedBytesMax: it fails instead
            // of writing more than four bytes for each pixel.
            var result = Planar.freerdp_bitmap_compress_planar(_handle.Context, picture.At(rectangle), PixelFormat.BGRX32,
                (uint)rectangle.Width, (uint)rectangle.Height, (uint)picture.StrideBytes, encoded, &length);
            if (result is null || length > EncodedBytesMax)
                throw new RdpException("libfreerdp's planar encoder failed.");
        }

        return _encoded.AsSpan(0, (int)length);
    }

    public void Dispose() => _handle.Dispose();
}
