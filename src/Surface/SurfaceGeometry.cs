namespace RemoteChain.Surface;

/// <summary>Size and layout of the picture, BGRX32.</summary>
/// <param name="Width">Pixels per row; 0 = no writer has set a size yet (or it died while setting it).</param>
/// <param name="Height">Rows.</param>
/// <param name="StrideBytes">Bytes from one row to the next: width × 4 rounded up to 64.</param>
/// <param name="Generation">Counts resizes from 1.</param>
public readonly record struct SurfaceGeometry(int Width, int Height, int StrideBytes, uint Generation)
{
    /// <summary>The whole picture.</summary>
    public SurfaceRectangle Bounds => new(0, 0, Width, Height);

    /// <summary>False until a writer has set the first size.</summary>
    public bool IsSet => Width != 0 && Generation != 0;

    /// <summary>The stride that a width has on every surface.</summary>
    public static int StrideOf(int width) => (width * SurfaceFile.BytesPerPixel + 63) & ~63;
}
