using System.Numerics;
using RemoteChain.Surface;

namespace RemoteChain.Emulator.Devices.Video;

/// <summary>Finds what of a picture is different, as rectangles of whole tiles in width and exact rows in height.</summary>
sealed class DirtyTiles
{
    const int TilePixels = 64, BandRows = 16;

    readonly List<SurfaceRectangle> _found = [];
    ulong _tiles;
    int _band = -1, _first, _last, _width;

    /// <summary>What was found, in rows from above.</summary>
    internal ReadOnlySpan<SurfaceRectangle> Found => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_found);

    internal void Begin(int width)
    {
        _found.Clear();
        _tiles = 0;
        _band = -1;
        _width = width;
    }

    /// <summary>Compares a row with what is shown, and shows it.</summary>
    internal void Take(int row, ReadOnlySpan<uint> now, Span<uint> shown)
    {
        ulong tiles = 0;
        for (var x = 0; x < now.Length; x += TilePixels)
        {
            var pixels = Math.Min(TilePixels, now.Length - x);
            var part = now.Slice(x, pixels);
            if (part.SequenceEqual(shown.Slice(x, pixels))) continue;
            part.CopyTo(shown[x..]);
            tiles |= 1UL << (x / TilePixels);
        }
        if (tiles == 0) return;
        if (row / BandRows != _band) End();
        if (_band < 0) (_band, _first) = (row / BandRows, row);
        _tiles |= tiles;
        _last = row;
    }

    /// <summary>Closes the band of rows that was begun.</summary>
    internal void End()
    {
        while (_tiles != 0)
        {
            var first = BitOperations.TrailingZeroCount(_tiles);
            var count = BitOperations.TrailingZeroCount(~(_tiles >> first));
            _tiles &= count == 64 ? 0 : ~(((1UL << count) - 1) << first);
            var x = first * TilePixels;
            Add(new(x, _first, Math.Min(count * TilePixels, _width - x), _last - _first + 1));
        }
        _band = -1;
    }

    /// <summary>Everything is new, whatever was found.</summary>
    internal void Whole(int height)
    {
        _found.Clear();
        _found.Add(new(0, 0, _width, height));
    }

    void Add(SurfaceRectangle rectangle)
    {
        // The same tiles of the band above, touching: one taller rectangle.
        for (var i = _found.Count - 1; i >= 0 && _found[i].Bottom >= rectangle.Y - BandRows; i--)
        {
            if (_found[i].X != rectangle.X || _found[i].Width != rectangle.Width || _found[i].Bottom != rectangle.Y) continue;
            _found[i] = _found[i].Union(rectangle);
            return;
        }
        _found.Add(rectangle);
    }
}
