namespace FreeRdp;

/// <summary>A rectangle of pixels; the right and bottom edges are outside it.</summary>
public readonly record struct RdpRectangle(int X, int Y, int Width, int Height)
{
    /// <summary>First column right of it.</summary>
    public int Right => X + Width;

    /// <summary>First row below it.</summary>
    public int Bottom => Y + Height;

    /// <summary>True when it holds no pixel.</summary>
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>Number of pixels; 0 when empty.</summary>
    public long Area => IsEmpty ? 0 : (long)Width * Height;

    /// <summary>What both have in common; empty when nothing.</summary>
    public RdpRectangle Intersect(RdpRectangle other)
    {
        var x = Math.Max(X, other.X);
        var y = Math.Max(Y, other.Y);
        var width = Math.Min(Right, other.Right) - x;
        var height = Math.Min(Bottom, other.Bottom) - y;
        return width <= 0 || height <= 0 ? default : new(x, y, width, height);
    }
}
