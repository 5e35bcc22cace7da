using System.Numerics;
using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>A part of the picture that is now somewhere else.</summary>
/// <param name="To">Where it is now.</param>
/// <param name="FromY">The row in which it began before; its columns have not changed.</param>
public readonly record struct MovedPart(SurfaceRectangle To, int FromY);

/// <summary>
/// Finds what has scrolled up or down, by hashes of the rows of strips of 64 columns: most changed rows were somewhere else before, all by
/// the same number of rows. A hash that lies costs a few bytes and no truth, because what is left is compared pixel by pixel afterwards.
/// Reused, never allocates after its first picture of that height.
/// </summary>
public sealed class ScrollSearch
{
    /// <summary>Parts that are found at once.</summary>
    public const int PartsMax = 64;

    /// <summary>Columns of a strip.</summary>
    private const int StripColumns = 64;

    /// <summary>Below this many rows nothing is gained.</summary>
    private const int RowsMin = 24;

    /// <summary>Rows that must agree about where they were.</summary>
    private const int VotesMin = 12;

    /// <summary>One of this many changed rows must agree.</summary>
    private const int VotesShare = 4;

    /// <summary>Shortest part that is worth its message.</summary>
    private const int PartRowsMin = 8;

    /// <summary>Rows above and below the damage in which what it shows now may have been.</summary>
    private const int RowsAround = 256;

    /// <summary>Strips in which something has changed that are asked: when they know of no move, the others are not looked at.</summary>
    private const int StripsAsked = 5;

    /// <summary>Rows that are looked for together.</summary>
    private const int Group = 4;

    private const int TableSize = 8192;
    private const uint Mixer = 0x9E3779B1;
    private const int Repeated = -1;

    private static readonly Vector<uint>[] s_weights = Weights();

    private readonly MovedPart[] _parts = new MovedPart[PartsMax];
    private readonly (ulong Hash, int Row, int Round)[] _rows = new (ulong, int, int)[TableSize];
    private ulong[] _before = [];
    private ulong[] _now = [];
    private int[] _votes = [];
    private bool[] _isHashed = [];
    private int _round;
    private int _count;

    /// <summary>Looks for what has moved.</summary>
    /// <param name="before">The picture as the client has it.</param>
    /// <param name="now">The picture as it is.</param>
    /// <param name="stride">Pixels from one row to the next, in both.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="damage">Where it has changed.</param>
    /// <returns>What has moved; the columns of no two parts of different strips overlap, so that they may be copied one after the other.</returns>
    public ReadOnlySpan<MovedPart> Find(ReadOnlySpan<uint> before, ReadOnlySpan<uint> now, int stride, int height, SurfaceRectangle damage)
    {
        _count = 0;
        if (damage.Height < RowsMin || damage.Width < StripColumns / 2)
        {
            return default;
        }

        int top = Math.Max(0, damage.Y - RowsAround);
        int bottom = Math.Min(height, damage.Bottom + RowsAround);
        int strips = (damage.Width + StripColumns - 1) / StripColumns;
        Prepare(strips, bottom - top);
        int changed = Ask(before, now, stride, damage, strips, top, bottom);
        int shift = Winner(bottom - top, out int votes);
        if (votes < VotesMin || votes * VotesShare < changed)
        {
            return default;
        }

        for (int strip = 0; strip < strips && _count < PartsMax; strip++)
        {
            if (!_isHashed[strip])
            {
                HashStrip(before, now, stride, damage, strip, top, bottom);
            }

            AddPart(damage, Columns(damage, strip), strip, shift, top, bottom);
        }

        return _parts.AsSpan(0, _count);
    }

    /// <summary>Lets strips vote, first some that are spread over the damage, then all others, until enough of them have changed to know. Lines of a
    /// log differ in a few columns only: where nothing has changed, nobody knows of a move. Returns how many rows of them have changed.</summary>
    private int Ask(ReadOnlySpan<uint> before, ReadOnlySpan<uint> now, int stride, SurfaceRectangle damage, int strips, int top, int bottom)
    {
        int changed = 0;
        int asked = 0;
        int spread = Math.Min(strips, StripsAsked);
        for (int i = 0; i < spread + strips && asked < StripsAsked; i++)
        {
            int strip = i < spread ? ((2 * i) + 1) * strips / (2 * spread) : i - spread;
            if (_isHashed[strip])
            {
                continue;
            }

            HashStrip(before, now, stride, damage, strip, top, bottom);
            int rows = Vote(damage, strip, top, bottom);
            changed += rows;
            asked += rows >= VotesMin ? 1 : 0;
        }

        return changed;
    }

    private static (int X, int Width) Columns(SurfaceRectangle damage, int strip)
    {
        int x = damage.X + (strip * StripColumns);
        return (x, Math.Min(StripColumns, damage.Right - x));
    }

    private void Prepare(int strips, int rows)
    {
        if (_before.Length < strips * rows)
        {
            _before = new ulong[strips * rows];
            _now = new ulong[strips * rows];
        }

        if (_votes.Length < (2 * rows) + 1)
        {
            _votes = new int[(2 * rows) + 1];
        }

        if (_isHashed.Length < strips)
        {
            _isHashed = new bool[strips];
        }

        Array.Clear(_votes);
        Array.Clear(_isHashed);
    }

    private void HashStrip(
        ReadOnlySpan<uint> before, ReadOnlySpan<uint> now, int stride, SurfaceRectangle damage, int strip, int top, int bottom)
    {
        _isHashed[strip] = true;
        var (x, width) = Columns(damage, strip);
        int rows = bottom - top;
        var hashesBefore = _before.AsSpan(strip * rows, rows);
        var hashesNow = _now.AsSpan(strip * rows, rows);
        for (int y = top; y < bottom; y++)
        {
            hashesBefore[y - top] = Hash(before.Slice((y * stride) + x, width));
        }

        for (int y = damage.Y; y < damage.Bottom; y++)
        {
            hashesNow[y - top] = Hash(now.Slice((y * stride) + x, width));
        }
    }

    /// <summary>Lets each changed row of a strip say where it was. Returns how many have changed.</summary>
    private int Vote(SurfaceRectangle damage, int strip, int top, int bottom)
    {
        int rows = bottom - top;
        var hashesBefore = _before.AsSpan(strip * rows, rows);
        var hashesNow = _now.AsSpan(strip * rows, rows);
        _round++;
        for (int row = 0; row + Group <= rows; row++)
        {
            Remember(Together(hashesBefore[row..]), row);
        }

        int changed = 0;
        for (int row = damage.Y - top; row < damage.Bottom - top; row++)
        {
            if (hashesNow[row] == hashesBefore[row])
            {
                continue;
            }

            changed++;
            if (row + Group > damage.Bottom - top)
            {
                continue;
            }

            ulong hash = Together(hashesNow[row..]);
            ref var found = ref _rows[Slot(hash)];
            if (found.Round == _round && found.Hash == hash && found.Row != Repeated)
            {
                _votes[found.Row - row + rows]++;
            }
        }

        return changed;
    }

    /// <summary>One row is often like its neighbours; so many together are seldom like any others.</summary>
    private static ulong Together(ReadOnlySpan<ulong> hashes)
    {
        ulong together = 0;
        foreach (ulong hash in hashes[..Group])
        {
            together = (together ^ hash) * 0x9E3779B97F4A7C15;
            together ^= together >> 29;
        }

        return together;
    }

    private void Remember(ulong hash, int row)
    {
        ref var slot = ref _rows[Slot(hash)];
        bool isTaken = slot.Round == _round;
        slot = (hash, isTaken ? Repeated : row, _round);
    }

    private static int Slot(ulong hash) => (int)(hash >> 51);

    private int Winner(int rows, out int votes)
    {
        int best = rows;
        for (int i = 0; i <= 2 * rows; i++)
        {
            best = _votes[i] > _votes[best] ? i : best;
        }

        votes = best == rows ? 0 : _votes[best];
        return best - rows;
    }

    private void AddPart(SurfaceRectangle damage, (int X, int Width) columns, int strip, int shift, int top, int bottom)
    {
        int rows = bottom - top;
        var before = _before.AsSpan(strip * rows, rows);
        var now = _now.AsSpan(strip * rows, rows);
        int first = Math.Max(damage.Y, top - shift);
        int last = Math.Min(damage.Bottom, bottom - shift);
        int longest = 0;
        int start = 0;
        for (int y = first; y < last;)
        {
            int from = y;
            bool hasChanged = false;
            while (y < last && now[y - top] == before[y + shift - top])
            {
                hasChanged |= now[y - top] != before[y - top];
                y++;
            }

            if (hasChanged && y - from > longest)
            {
                (longest, start) = (y - from, from);
            }

            y++;
        }

        if (longest >= PartRowsMin)
        {
            Join(new MovedPart(new SurfaceRectangle(columns.X, start, columns.Width, longest), start + shift));
        }
    }

    /// <summary>Neighbouring strips that moved alike are one part, cut to the rows that both have.</summary>
    private void Join(MovedPart part)
    {
        if (_count > 0)
        {
            ref var last = ref _parts[_count - 1];
            var common = last.To with { Width = last.To.Width + part.To.Width };
            int top = Math.Max(last.To.Y, part.To.Y);
            int bottom = Math.Min(last.To.Bottom, part.To.Bottom);
            bool isNearlySame = (bottom - top) * 8 >= Math.Max(last.To.Height, part.To.Height) * 7;
            if (last.To.Right == part.To.X && isNearlySame)
            {
                last = new MovedPart(common with { Y = top, Height = bottom - top }, top + part.FromY - part.To.Y);
                return;
            }
        }

        _parts[_count++] = part;
    }

    /// <summary>Two sums of the pixels, each weighted by its place in another way: nothing in it waits for anything before.</summary>
    private static ulong Hash(ReadOnlySpan<uint> row)
    {
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(row);
        var low = Vector<uint>.Zero;
        var high = Vector<uint>.Zero;
        for (int i = 0; i < vectors.Length; i++)
        {
            low += vectors[i] * s_weights[i];
            high += (vectors[i] ^ (vectors[i] >> 7)) * s_weights[i];
        }

        uint rest = 0;
        for (int x = vectors.Length * Vector<uint>.Count; x < row.Length; x++)
        {
            rest = (rest ^ row[x]) * Mixer;
        }

        return ((ulong)(Vector.Sum(high) + rest) << 32) | (Vector.Sum(low) ^ rest);
    }

    private static Vector<uint>[] Weights()
    {
        var weights = new Vector<uint>[StripColumns / Vector<uint>.Count];
        Span<uint> each = stackalloc uint[Vector<uint>.Count];
        uint weight = Mixer;
        for (int i = 0; i < weights.Length; i++)
        {
            foreach (ref uint one in each)
            {
                weight = (weight ^ (weight >> 15)) * 0x2C1B3C6D;
                one = weight | 1;
            }

            weights[i] = new Vector<uint>(each);
        }

        return weights;
    }
}
