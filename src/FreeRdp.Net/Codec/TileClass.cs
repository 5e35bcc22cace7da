using System.Numerics;
using System.Runtime.InteropServices;

namespace FreeRdp.Codec;

/// <summary>What kind of picture a tile holds: decides which codec it gets.</summary>
internal enum TileClass
{
    /// <summary>One colour.</summary>
    Solid,

    /// <summary>Text and user interface: mostly runs of equal pixels.</summary>
    Flat,

    /// <summary>Photographs and video: hardly two equal neighbours.</summary>
    Photographic,
}

internal static unsafe class Tiles
{
    /// <summary>Side of a tile, as in RemoteFX.</summary>
    public const int Side = 64;

    /// <summary>Every n-th row is looked at.</summary>
    private const int RowStep = 4;

    /// <summary>Looks at a rectangle inside the picture.</summary>
    public static TileClass Classify(in PictureView picture, RdpRectangle tile)
    {
        if (IsSolid(picture, tile)) return TileClass.Solid;
        int equal = 0, compared = 0;
        for (var y = 0; y < tile.Height; y += RowStep)
        {
            var row = Row(picture, tile, y);
            equal += CountEqual(row[1..], row[..^1]);
            compared += row.Length - 1;
        }

        // Half of the neighbours being equal is far from both sides: text has over 80 %, photographs under 20 %.
        return equal * 2 >= compared ? TileClass.Flat : TileClass.Photographic;
    }

    /// <summary>Whether every pixel has the first one's colour. Ends at the first that has not.</summary>
    public static bool IsSolid(in PictureView picture, RdpRectangle tile)
    {
        var colour = Row(picture, tile, 0)[0];
        for (var y = 0; y < tile.Height; y++)
        {
            if (Row(picture, tile, y).IndexOfAnyExcept(colour) >= 0) return false;
        }

        return true;
    }

    /// <summary>The first pixel's colour.</summary>
    public static uint Colour(in PictureView picture, RdpRectangle tile) => Row(picture, tile, 0)[0];

    // SAFETY: the rectangle is inside the picture, which is pinned and at least as large as it says (checked where the view is made).
    private static ReadOnlySpan<uint> Row(in PictureView picture, RdpRectangle tile, int y) =>
        new(picture.At(tile) + ((nint)y * picture.StrideBytes), tile.Width);

    private static int CountEqual(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(left);
        var others = MemoryMarshal.Cast<uint, Vector<uint>>(right);
        var sum = Vector<uint>.Zero;
        for (var i = 0; i < vectors.Length; i++) sum -= Vector.Equals(vectors[i], others[i]);
        var equal = (int)Vector.Sum(sum);
        for (var i = vectors.Length * Vector<uint>.Count; i < left.Length; i++)
        {
            if (left[i] == right[i]) equal++;
        }

        return equal;
    }
}
