using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// The picture as one client has it, and the way from there to the picture as it is: what has scrolled is copied, what has changed is told
/// tile by tile, exact where it is drawn and as photographs where it is not; photographs that keep still are told again exactly.
/// Used by one thread. Allocates only when the desktop's size changes.
/// </summary>
public sealed class ClientPicture
{
    /// <summary>Side of a tile.</summary>
    public const int TileSide = 64;

    /// <summary>A frame that has become this long ends there; the rest of the damage is in the next.</summary>
    public const int FrameBytesMax = 1024 * 1024;

    /// <summary>Bytes of exact pixels that one frame brings for photographs that keep still.</summary>
    private const int RefinementBytesMax = 64 * 1024;

    /// <summary>How long a photograph keeps still at least before it is told exactly.</summary>
    public const long StillNanos = 400_000_000;

    /// <summary>A film is no photograph that keeps still between two of its pictures, however slow it is: told exactly, it would only become slower. So what
    /// has changed keeps still for twice as long as it did between its changes, and for this long at most.</summary>
    public const long StillNanosMax = 2_000_000_000;

    /// <summary>So few pixels are exact in any case: it is what somebody just typed.</summary>
    private const int SmallPixels = 1024;

    /// <summary>Damage of fewer pixels has not scrolled: looking costs more than telling.</summary>
    private const int ScrollPixelsMin = 128 * 64;

    private const int Quality = 80;

    private readonly ScrollSearch _scroll = new();
    private readonly JpegEncoder _jpeg = new(Quality);
    private readonly TileRuns _runs = new();
    private uint[] _pixels = [];
    private TileAge[] _ages = [];
    private int _columns;
    private int _photographs;

    /// <summary>Its columns.</summary>
    public int Width { get; private set; }

    /// <summary>Its rows.</summary>
    public int Height { get; private set; }

    /// <summary>Whether there is anything that the client has only approximately.</summary>
    public bool IsApproximate => _photographs > 0;

    /// <summary>Pixels from one row to the next.</summary>
    public int Stride => Width;

    /// <summary>Pixels that were told as photographs so far.</summary>
    public long PhotographPixels { get; private set; }

    /// <summary>The client's picture has become a black one of that size.</summary>
    public void Resize(int width, int height)
    {
        (Width, Height) = (width, height);
        _columns = (width + TileSide - 1) / TileSide;
        if (_pixels.Length != width * height)
        {
            _pixels = new uint[width * height];
            _ages = new TileAge[_columns * ((height + TileSide - 1) / TileSide)];
        }

        _pixels.AsSpan().Fill(0xFF000000);
        Array.Clear(_ages);
        _photographs = 0;
    }

    /// <summary>Writes what has changed in a rectangle.</summary>
    /// <param name="now">The picture as it is there, RGBA with this picture's stride; elsewhere anything.</param>
    /// <param name="damage">Where it may have changed; inside the picture.</param>
    /// <param name="nowNanos">The moment.</param>
    /// <param name="to">A frame that has been begun.</param>
    /// <returns>What did not fit into this frame; empty when all did.</returns>
    public SurfaceRectangle Write(ReadOnlySpan<uint> now, SurfaceRectangle damage, long nowNanos, WireWriter to)
    {
        if (damage.Area >= ScrollPixelsMin)
        {
            foreach (var part in _scroll.Find(_pixels, now, Stride, Height, damage))
            {
                WriteCopy(part, nowNanos, to);
            }
        }

        return WriteRows(now, damage, isAnew: false, nowNanos, to);
    }

    /// <summary>Takes what is in a rectangle as it is and writes nothing: every client is told it anew.</summary>
    public void Adopt(ReadOnlySpan<uint> now, SurfaceRectangle rectangle)
    {
        for (int y = rectangle.Y; y < rectangle.Bottom; y++)
        {
            int at = (y * Stride) + rectangle.X;
            now.Slice(at, rectangle.Width).CopyTo(_pixels.AsSpan(at));
        }
    }

    /// <summary>Writes a rectangle as it is, for a client that does not have it.</summary>
    /// <returns>What did not fit into this frame; empty when all did.</returns>
    public SurfaceRectangle WriteAnew(SurfaceRectangle rectangle, long nowNanos, WireWriter to) => WriteRows(_pixels, rectangle, isAnew: true, nowNanos, to);

    private SurfaceRectangle WriteRows(ReadOnlySpan<uint> now, SurfaceRectangle damage, bool isAnew, long nowNanos, WireWriter to)
    {
        for (int top = damage.Y; top < damage.Bottom;)
        {
            // Tiles lie on a grid, so that the same one is recognised whatever the damage around it.
            int bottom = Math.Min(damage.Bottom, (top / TileSide * TileSide) + TileSide);
            if (to.Length > FrameBytesMax)
            {
                FlushAll(to);
                return damage with { Y = top, Height = damage.Bottom - top };
            }

            WriteTiles(now, damage with { Y = top, Height = bottom - top }, isAnew, nowNanos, to);
            top = bottom;
        }

        FlushAll(to);
        return default;
    }

    /// <summary>Tells photographs that have kept still exactly, as many as fit.</summary>
    /// <param name="nowNanos">The moment.</param>
    /// <param name="to">A frame that has been begun.</param>
    /// <param name="where">Gets their places.</param>
    /// <returns>Nanoseconds until more could be told; <see cref="long.MaxValue"/> when nothing is left.</returns>
    public long Refine(long nowNanos, WireWriter to, DamageRegion? where = null)
    {
        int begin = to.Length;
        long due = long.MaxValue;
        for (int tile = 0; tile < _ages.Length && _photographs > 0; tile++)
        {
            if (!_ages[tile].IsApproximate)
            {
                continue;
            }

            long left = _ages[tile].ExactNanos - nowNanos;
            if (left > 0 || to.Length - begin > RefinementBytesMax)
            {
                due = Math.Min(due, Math.Max(left, 0));
                continue;
            }

            WriteExact(TileAt(tile), to);
            where?.Add(TileAt(tile));
            Forget(tile);
        }

        return due;
    }

    private void WriteTiles(ReadOnlySpan<uint> now, SurfaceRectangle row, bool isAnew, long nowNanos, WireWriter to)
    {
        for (int x = row.X; x < row.Right;)
        {
            int right = Math.Min(row.Right, (x / TileSide * TileSide) + TileSide);
            var tile = row with { X = x, Width = right - x };
            x = right;
            var changed = isAnew ? tile : TileSurvey.Changed(_pixels, now, Stride, tile);
            if (changed.IsEmpty)
            {
                continue;
            }

            var look = TileSurvey.Look(now, Stride, changed);
            if (look == TileLook.Photograph && changed.Area < SmallPixels)
            {
                look = TileLook.Drawing;
            }

            if (look == TileLook.Photograph)
            {
                changed = tile;
                Remember(tile, nowNanos);
            }

            Adopt(now, changed);
            if (_runs.Add(look, changed, _pixels[(changed.Y * Stride) + changed.X], out var done))
            {
                Write(done, to);
            }
        }

        if (_runs.EndRow(out var last))
        {
            Write(last, to);
        }
    }

    private void FlushAll(WireWriter to)
    {
        foreach (var photograph in _runs.Photographs)
        {
            WriteJpeg(photograph, to);
        }

        _runs.Clear();
    }

    private void Write(TileRun run, WireWriter to)
    {
        if (run.Look == TileLook.Solid)
        {
            Begin(WebTile.Solid, run.Rectangle, to);
            to.U8((byte)run.Colour);
            to.U8((byte)(run.Colour >> 8));
            to.U8((byte)(run.Colour >> 16));
            return;
        }

        WriteExact(run.Rectangle, to);
    }

    private void WriteExact(SurfaceRectangle rectangle, WireWriter to)
    {
        Begin(WebTile.Exact, rectangle, to);
        int reserved = to.ReserveLength();
        ExactCodec.Encode(From(rectangle), Stride, rectangle.Width, rectangle.Height, to);
        to.SetLength(reserved);
    }

    private void WriteJpeg(SurfaceRectangle rectangle, WireWriter to)
    {
        Begin(WebTile.Photograph, rectangle, to);
        int reserved = to.ReserveLength();
        _jpeg.Encode(From(rectangle), Stride, rectangle.Width, rectangle.Height, to);
        to.SetLength(reserved);
        PhotographPixels += rectangle.Area;
    }

    private void WriteCopy(MovedPart part, long nowNanos, WireWriter to)
    {
        to.U8((byte)WebTile.Copy);
        to.U16(part.To.X);
        to.U16(part.FromY);
        WriteRectangle(part.To, to);
        int rows = part.To.Height;
        bool isUp = part.FromY > part.To.Y;
        for (int i = 0; i < rows; i++)
        {
            // In the direction in which no row is overwritten before it is read.
            int row = isUp ? i : rows - 1 - i;
            _pixels.AsSpan(((part.FromY + row) * Stride) + part.To.X, part.To.Width)
                .CopyTo(_pixels.AsSpan(((part.To.Y + row) * Stride) + part.To.X, part.To.Width));
        }

        // What was approximate has come along.
        if (_photographs > 0 && HasPhotographs(part.To with { Y = part.FromY }))
        {
            Remember(part.To, nowNanos);
        }
    }

    private static void Begin(WebTile tile, SurfaceRectangle rectangle, WireWriter to)
    {
        to.U8((byte)tile);
        WriteRectangle(rectangle, to);
    }

    private static void WriteRectangle(SurfaceRectangle rectangle, WireWriter to)
    {
        to.U16(rectangle.X);
        to.U16(rectangle.Y);
        to.U16(rectangle.Width);
        to.U16(rectangle.Height);
    }

    private ReadOnlySpan<uint> From(SurfaceRectangle rectangle) => _pixels.AsSpan((rectangle.Y * Stride) + rectangle.X);

    private SurfaceRectangle TileAt(int tile)
    {
        var (x, y) = (tile % _columns * TileSide, tile / _columns * TileSide);
        return new SurfaceRectangle(x, y, TileSide, TileSide).Intersect(new SurfaceRectangle(0, 0, Width, Height));
    }

    private void Remember(SurfaceRectangle rectangle, long nowNanos)
    {
        for (int y = rectangle.Y / TileSide; y <= (rectangle.Bottom - 1) / TileSide; y++)
        {
            for (int x = rectangle.X / TileSide; x <= (rectangle.Right - 1) / TileSide; x++)
            {
                ref var age = ref _ages[(y * _columns) + x];
                _photographs += age.IsApproximate ? 0 : 1;
                age = age.Change(nowNanos);
            }
        }
    }

    private bool HasPhotographs(SurfaceRectangle rectangle)
    {
        for (int y = rectangle.Y / TileSide; y <= (rectangle.Bottom - 1) / TileSide; y++)
        {
            int first = (y * _columns) + (rectangle.X / TileSide);
            foreach (var age in _ages.AsSpan(first, ((rectangle.Right - 1) / TileSide) - (rectangle.X / TileSide) + 1))
            {
                if (age.IsApproximate)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Forget(int tile)
    {
        _ages[tile] = _ages[tile] with { IsApproximate = false };
        _photographs--;
    }

    /// <summary>What is known of a tile that holds, or held, part of a photograph.</summary>
    /// <param name="IsApproximate">The client has it only approximately.</param>
    /// <param name="ChangedNanos">When it changed last; 0 = never.</param>
    /// <param name="StillNanos">How long it has to keep still.</param>
    private readonly record struct TileAge(bool IsApproximate, long ChangedNanos, long StillNanos)
    {
        /// <summary>When it is told exactly if nothing changes.</summary>
        public long ExactNanos => ChangedNanos + StillNanos;

        /// <summary>The tile after a change. One picture of a film may change a tile several times, so a short time between two does not count at once.</summary>
        public TileAge Change(long nowNanos)
        {
            long between = nowNanos - ChangedNanos;
            long still = ChangedNanos == 0 || between > StillNanosMax
                ? ClientPicture.StillNanos
                : Math.Clamp(Math.Max(between * 2, StillNanos / 4 * 3), ClientPicture.StillNanos, StillNanosMax);
            return new TileAge(true, nowNanos, still);
        }
    }
}
