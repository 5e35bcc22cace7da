using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// What the screen does by itself, place by place. Small areas are remembered in tiles of 64 pixels, large ones in cells of 256, so
/// that a video does not hide the text in front of it and a screen full of damage costs little. Places repeat every 4096 by 2048
/// pixels: on larger desktops, two far places share a memory.
/// </summary>
internal sealed class Background
{
    private const int TileLog2 = 6, CellLog2 = 8;
    private const int Columns = 64, Rows = 32, CellColumns = 16, CellRows = 8;
    private const long BlinkMinNanos = 500_000_000;
    private const long SmallAreaMax = 16 << (2 * TileLog2);

    private readonly TileHistory[] _tiles = new TileHistory[Columns * Rows];
    private readonly TileHistory[] _cells = new TileHistory[CellColumns * CellRows];

    /// <summary>The logarithm to base 2 of an area, at least 0.</summary>
    internal static double Octave(in SurfaceRectangle area) => Math.Log2(Math.Max(1, area.Area));

    /// <summary>Nobody's action painted this.</summary>
    internal void Learn(in SurfaceRectangle area, long nanos, double weight)
    {
        double octave = Octave(area);
        bool small = IsSmall(area);
        var (left, top, right, bottom) = Places(area, small ? TileLog2 : CellLog2);
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                (small ? ref Tile(x, y) : ref Cell(x, y)).Learn(nanos, octave, weight);
            }
        }
    }

    /// <summary>How many areas like this one, per second and octave of size, appear here by themselves at this time.</summary>
    internal double Density(in SurfaceRectangle area, long nanos)
    {
        double octave = Octave(area);
        double large = Mean(area, nanos, octave, small: false);
        return IsSmall(area) ? Mean(area, nanos, octave, small: true) + large : large;
    }

    /// <summary>Whether a small area comes here in its usual rhythm.</summary>
    internal bool IsOnBeat(in SurfaceRectangle area, long nanos) =>
        IsSmall(area) && Middle(area).IsOnBeat(nanos);

    /// <summary>Whether a small area comes here as slowly and regularly as a caret blinks.</summary>
    internal bool IsBlinking(in SurfaceRectangle area, long nanos) =>
        IsOnBeat(area, nanos) && Middle(area).PeriodNanos >= BlinkMinNanos;

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        Array.Clear(_tiles);
        Array.Clear(_cells);
    }

    private double Mean(in SurfaceRectangle area, long nanos, double octave, bool small)
    {
        var (left, top, right, bottom) = Places(area, small ? TileLog2 : CellLog2);
        double sum = 0;
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                sum += (small ? ref Tile(x, y) : ref Cell(x, y)).Density(nanos, octave);
            }
        }

        return sum / ((right - left + 1) * (bottom - top + 1));
    }

    // Thin and long areas touch many tiles although they are small: those count as large.
    private static bool IsSmall(in SurfaceRectangle area) =>
        area.Area <= SmallAreaMax && area.Width <= 16 << TileLog2 && area.Height <= 16 << TileLog2;

    private static (int Left, int Top, int Right, int Bottom) Places(in SurfaceRectangle area, int log2) =>
        (area.X >> log2, area.Y >> log2, Math.Max(area.X, area.Right - 1) >> log2, Math.Max(area.Y, area.Bottom - 1) >> log2);

    private ref TileHistory Middle(in SurfaceRectangle area) =>
        ref Tile((area.X + area.Width / 2) >> TileLog2, (area.Y + area.Height / 2) >> TileLog2);

    private ref TileHistory Tile(int x, int y) => ref _tiles[(y & (Rows - 1)) * Columns + (x & (Columns - 1))];

    private ref TileHistory Cell(int x, int y) => ref _cells[(y & (CellRows - 1)) * CellColumns + (x & (CellColumns - 1))];
}
