namespace RemoteChain.Surface;

/// <summary>How the pointer (mouse cursor) looks.</summary>
public enum PointerKind : uint
{
    /// <summary>The viewer's own default arrow.</summary>
    Default = 0,

    /// <summary>No pointer.</summary>
    Hidden = 1,

    /// <summary>The bitmap that comes with it.</summary>
    Bitmap = 2,
}

/// <summary>A pointer's shape. The bitmap is BGRA32 with straight alpha, rows of <see cref="Width"/> × 4 bytes, top row first.</summary>
/// <param name="Serial">Changes whenever the shape does; 0 = never set.</param>
/// <param name="Kind">What to show.</param>
/// <param name="Width">Columns of the bitmap; 0 unless <see cref="PointerKind.Bitmap"/>.</param>
/// <param name="Height">Rows of the bitmap.</param>
/// <param name="HotspotX">Column of the bitmap that points.</param>
/// <param name="HotspotY">Row of the bitmap that points.</param>
public readonly record struct PointerShape(uint Serial, PointerKind Kind, int Width, int Height, int HotspotX, int HotspotY)
{
    /// <summary>Largest width and height (large pointers, MS-RDPBCGR 2.2.9.1.1.4.6).</summary>
    public const int SizeMax = 384;

    /// <summary>Room that fits every bitmap.</summary>
    public const int BitmapBytesMax = SizeMax * SizeMax * 4;
}

/// <summary>Where the host moved the pointer to (a host seldom does; the user's own moves are not echoed here).</summary>
/// <param name="Serial">Changes with every move; 0 = never.</param>
/// <param name="X">Column.</param>
/// <param name="Y">Row.</param>
public readonly record struct PointerPosition(uint Serial, int X, int Y);
