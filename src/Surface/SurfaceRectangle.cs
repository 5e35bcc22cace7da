namespace RemoteChain.Surface;

/// <summary>A rectangle of pixels; the right and bottom edges are outside it.</summary>
public readonly record struct SurfaceRectangle(int X, int Y, int Width, int Height)
{
    /// <summary>First column right of the rectangle.</summary>
    public int Right => X + Width;

    /// <summary>First row below the rectangle.</summary>
    public int Bottom => Y + Height;

    /// <summary>True when it holds no pixel.</summary>
    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>Number of pixels; 0 when empty.</summary>
    public long Area => IsEmpty ? 0 : (long)Width * Height;

    /// <summary>The smallest rectangle that holds both; an empty one adds nothing.</summary>
    public SurfaceRectangle Union(SurfaceRectangle other)
    {
        if (IsEmpty) return other;
        if (other.IsEmpty) return this;
        var x = Math.Min(X, other.X);
        var y = Math.Min(Y, other.Y);
        return new(x, y, Math.Max(Right, other.Right) - x, Math.Max(Bottom, other.Bottom) - y);
    }

    /// <summary>What both have in common; empty when nothing.</summary>
    public SurfaceRectangle Intersect(SurfaceRectangle other)
    {
        var x = Math.Max(X, other.X);
        var y = Math.Max(Y, other.Y);
        var width = Math.Min(Right, other.Right) - x;
        var height = Math.Min(Bottom, other.Bottom) - y;
        return width <= 0 || height <= 0 ? default : new(x, y, width, height);
    }

    /// <summary>True when every pixel of <paramref name="other"/> is in here.</summary>
    public bool Contains(SurfaceRectangle other) =>
        other.IsEmpty || (other.X >= X && other.Y >= Y && other.Right <= Right && other.Bottom <= Bottom);
}
