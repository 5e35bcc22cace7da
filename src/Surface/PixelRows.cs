namespace RemoteChain.Surface;

/// <summary>Copies rectangles row by row: what writer and reader have in common.</summary>
static unsafe class PixelRows
{
    /// <summary>Byte offset of the rectangle's first pixel in a picture of that stride.</summary>
    internal static int Offset(int strideBytes, SurfaceRectangle rectangle) =>
        rectangle.Y * strideBytes + rectangle.X * SurfaceFile.BytesPerPixel;

    /// <summary>Throws unless a buffer that begins with the rectangle's first pixel holds all its rows.</summary>
    internal static void CheckRoom(int bufferBytes, int strideBytes, SurfaceRectangle rectangle)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(strideBytes, rectangle.Width * SurfaceFile.BytesPerPixel);
        var needed = (long)strideBytes * (rectangle.Height - 1) + rectangle.Width * SurfaceFile.BytesPerPixel;
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferBytes, needed);
    }

    internal static void Copy(byte* from, int fromStride, byte* to, int toStride, SurfaceRectangle rectangle)
    {
        var rowBytes = rectangle.Width * SurfaceFile.BytesPerPixel;
        // SAFETY: the callers have checked both sides for all rows. Rows that follow each other on both sides are one block.
        if (rowBytes == fromStride && rowBytes == toStride)
        {
            Buffer.MemoryCopy(from, to, (long)rowBytes * rectangle.Height, (long)rowBytes * rectangle.Height);
            return;
        }
        for (var row = 0; row < rectangle.Height; row++, from += fromStride, to += toStride)
            Buffer.MemoryCopy(from, to, rowBytes, rowBytes);
    }
}
