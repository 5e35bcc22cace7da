namespace FreeRdp.Codec;

/// <summary>A BGRX32 picture of the caller, pinned while an encoder reads it. The caller must not let anybody else write to it meanwhile.</summary>
internal readonly unsafe struct PictureView(byte* pixels, int width, int height, int strideBytes)
{
    public byte* Pixels { get; } = pixels;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public int StrideBytes { get; } = strideBytes;

    public RdpRectangle Bounds => new(0, 0, Width, Height);

    /// <summary>The pixel at the top left of a rectangle inside the picture.</summary>
    // SAFETY: only arithmetic; whoever follows the pointer has checked that the rectangle lies inside Bounds, which the caller pins.
    public byte* At(RdpRectangle rectangle) => Pixels + ((nint)rectangle.Y * StrideBytes) + ((nint)rectangle.X * 4);
}
