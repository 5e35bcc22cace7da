using FreeRdp.Native;

namespace FreeRdp.Codec;

/// <summary>RemoteFX progressive (MS-RDPEGFX 2.2.4.2), each tile at once at full quality: small for photographs, a little lossy.</summary>
internal sealed unsafe class ProgressiveEncoder : IDisposable
{
    private ProgressiveHandle? _handle;

    /// <summary>Encodes rectangles of a picture. Whole tiles of 64 × 64 are coded, the rectangles say what of them counts.</summary>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode(in PictureView picture, ReadOnlySpan<RdpRectangle> rectangles)
    {
        _handle ??= new ProgressiveHandle();
        REGION16 region;
        // SAFETY: the region lives on this frame and is released below; each rectangle is inside the picture, which is pinned.
        Region.region16_init(&region);
        try
        {
            foreach (var rectangle in rectangles)
            {
                var inside = picture.Bounds.Intersect(rectangle);
                if (inside.IsEmpty)
                    continue;
                var native = new RECTANGLE_16
                {
                    left = (ushort)inside.X,
                    top = (ushort)inside.Y,
                    right = (ushort)inside.Right,
                    bottom = (ushort)inside.Bottom,
                };
                if (!Region.region16_union_rect(&region, &region, &native))
                    throw new RdpException("libfreerdp could not build a region.");
            }

            byte* encoded = null;
            uint length = 0;
            var result = Progressive.progressive_compress(_handle.Context, picture.Pixels, (uint)(picture.StrideBytes * picture.Height),
                PixelFormat.BGRX32, (uint)picture.Width, (uint)picture.Height, (uint)picture.StrideBytes, &region, &encoded, &length);
            return result switch
            {
                > 0 => new ReadOnlySpan<byte>(encoded, checked((int)length)),
                0 => default,
                _ => throw new RdpException($"libfreerdp's progressive encoder failed ({result})."),
            };
        }
        finally
        {
            Region.region16_uninit(&region);
        }
    }

    /// <summary>Forgets buffers that grew with a big frame; the next call makes new ones.</summary>
    public void Release()
    {
        _handle?.Dispose();
        _handle = null;
    }

    public void Dispose() => Release();
}
