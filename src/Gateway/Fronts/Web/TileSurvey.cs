using System.Numerics;
using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>What a tile of a picture looks like.</summary>
public enum TileLook
{
    /// <summary>One colour.</summary>
    Solid,

    /// <summary>Text, windows, drawings: many neighbours are equal.</summary>
    Drawing,

    /// <summary>A photograph or a film: neighbours differ, or differ by little.</summary>
    Photograph,
}

/// <summary>Looks at parts of pictures: what has changed, and what kind of picture it is.</summary>
public static class TileSurvey
{
    /// <summary>Of this many neighbouring pixels, one pair that is equal makes a drawing.</summary>
    private const int EqualNeighbours = 3;

    /// <summary>Colours that differ by no more than this are a step of something smooth: the sky of a film, not the edge of a letter.</summary>
    private const byte Step = 4;

    /// <summary>Of so many pairs that differ, all but one are steps where a picture is smooth; and one pair of so many differs at least.</summary>
    private const int SmoothPairs = 8, DifferentPairs = 8;

    /// <summary>The smallest rectangle around everything inside <paramref name="within"/> in which two pictures differ; empty when nothing
    /// does.</summary>
    public static SurfaceRectangle Changed(ReadOnlySpan<uint> before, ReadOnlySpan<uint> now, int stride, SurfaceRectangle within)
    {
        int top = within.Y;
        int bottom = within.Bottom;
        while (top < bottom && Row(before, stride, within, top).SequenceEqual(Row(now, stride, within, top)))
        {
            top++;
        }

        if (top == bottom)
        {
            return default;
        }

        while (Row(before, stride, within, bottom - 1).SequenceEqual(Row(now, stride, within, bottom - 1)))
        {
            bottom--;
        }

        int left = within.Width;
        int right = 0;
        for (int y = top; y < bottom; y++)
        {
            var old = Row(before, stride, within, y);
            var row = Row(now, stride, within, y);
            int same = row.CommonPrefixLength(old);
            if (same == row.Length)
            {
                continue;
            }

            left = Math.Min(left, same);
            int end = row.Length;
            while (end > right && row[end - 1] == old[end - 1])
            {
                end--;
            }

            right = Math.Max(right, end);
        }

        return new SurfaceRectangle(within.X + left, top, right - left, bottom - top);
    }

    /// <summary>What kind of picture a rectangle holds.</summary>
    public static TileLook Look(ReadOnlySpan<uint> pixels, int stride, SurfaceRectangle rectangle)
    {
        uint first = pixels[(rectangle.Y * stride) + rectangle.X];
        int y = rectangle.Y;
        while (y < rectangle.Bottom && Row(pixels, stride, rectangle, y).IndexOfAnyExcept(first) < 0)
        {
            y++;
        }

        if (y == rectangle.Bottom)
        {
            return TileLook.Solid;
        }

        int equal = 0, near = 0, pairs = (rectangle.Width - 1) * rectangle.Height;
        for (y = rectangle.Y; y < rectangle.Bottom; y++)
        {
            var (equalHere, nearHere) = Neighbours(Row(pixels, stride, rectangle, y));
            equal += equalHere;
            near += nearHere;
        }

        int different = pairs - equal;
        bool isSmooth = different * DifferentPairs >= pairs && (pairs - near) * SmoothPairs <= different;
        return equal * EqualNeighbours >= pairs && !isSmooth ? TileLook.Drawing : TileLook.Photograph;
    }

    /// <summary>How many pairs of neighbours in a row are equal, and how many are equal or differ by a step.</summary>
    private static (int Equal, int Near) Neighbours(ReadOnlySpan<uint> row)
    {
        int equal = 0, near = 0, x = 0;
        var (equals, nears, step) = (Vector<uint>.Zero, Vector<uint>.Zero, new Vector<byte>(Step));
        for (; x + Vector<uint>.Count < row.Length; x += Vector<uint>.Count)
        {
            var (left, right) = (new Vector<uint>(row[x..]), new Vector<uint>(row[(x + 1)..]));
            // All bits where it is so: minus one.
            equals -= Vector.Equals(left, right);
            nears -= Vector.Equals(Steps(left.As<uint, byte>(), right.As<uint, byte>(), step).As<byte, uint>(), Vector<uint>.AllBitsSet);
        }

        (equal, near) = ((int)Vector.Sum(equals), (int)Vector.Sum(nears));
        for (; x + 1 < row.Length; x++)
        {
            var (left, right) = (Vector.CreateScalar(row[x]), Vector.CreateScalar(row[x + 1]));
            equal += row[x] == row[x + 1] ? 1 : 0;
            near += Steps(left.As<uint, byte>(), right.As<uint, byte>(), step).As<byte, uint>()[0] == uint.MaxValue ? 1 : 0;
        }

        return (equal, near);
    }

    private static Vector<byte> Steps(Vector<byte> left, Vector<byte> right, Vector<byte> step) =>
        Vector.LessThanOrEqual(Vector.Max(left, right) - Vector.Min(left, right), step);

    private static ReadOnlySpan<uint> Row(ReadOnlySpan<uint> pixels, int stride, SurfaceRectangle rectangle, int y) =>
        pixels.Slice((y * stride) + rectangle.X, rectangle.Width);

    /// <summary>From the surface's order of bytes, blue first and the fourth undefined, to a browser's: red first, fully opaque.</summary>
    public static void ToBrowserOrder(Span<uint> pixels)
    {
        var colours = new Vector<uint>(0x00FF00FF);
        var green = new Vector<uint>(0x0000FF00);
        var opaque = new Vector<uint>(0xFF000000);
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(pixels);
        for (int i = 0; i < vectors.Length; i++)
        {
            var outer = vectors[i] & colours;
            vectors[i] = (vectors[i] & green) | (outer << 16) | ((outer >> 16) & new Vector<uint>(0xFF)) | opaque;
        }

        for (int i = vectors.Length * Vector<uint>.Count; i < pixels.Length; i++)
        {
            uint outer = pixels[i] & 0x00FF00FF;
            pixels[i] = (pixels[i] & 0x0000FF00) | BitOperations.RotateLeft(outer, 16) & 0x00FF00FF | 0xFF000000;
        }
    }
}
