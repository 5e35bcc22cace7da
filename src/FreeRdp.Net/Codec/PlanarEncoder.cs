using System.Numerics;
using System.Runtime.Intrinsics;

namespace FreeRdp.Codec;

/// <summary>
/// The planar codec (MS-RDPEGDI 2.2.2.5.1, 3.1.9): lossless, for flat areas and text. Three planes without alpha; each row is the difference
/// to the one before, run-length encoded. In managed code because libfreerdp's encoder takes 20 to 35 ns for a pixel (see the benchmark
/// <c>encode</c>), which is what a scrolling window would wait for; this one takes one to three.
/// </summary>
internal sealed unsafe class PlanarEncoder(bool topDown)
{
    /// <summary>Widest bitmap.</summary>
    public const int WidthMax = 256;

    /// <summary>Most pixels of one bitmap.</summary>
    public const int PixelsMax = 64 * WidthMax;

    private const byte FormatNoAlpha = 1 << 5, FormatRunLength = 1 << 4;
    private const int Planes = 3;

    /// <summary>Bytes that stand for themselves after one control byte.</summary>
    private const int LiteralsMax = 15;

    /// <summary>Shorter runs cannot be said: their codes mean longer ones.</summary>
    private const int RunMin = 3;

    /// <summary>Longest run of one control byte.</summary>
    private const int RunMax = 47;

    /// <summary>One more byte for each 15, rounded up for each row.</summary>
    private const int EncodedBytesMax = 1 + (Planes * ((PixelsMax * 16 / 15) + PixelsMax)) + Lanes;

    private const int Lanes = 16;

    // Rows of one plane: this one, the one before, and their difference. Wider by one vector, which the last store may touch.
    private readonly byte[] _encoded = new byte[EncodedBytesMax];
    private readonly byte[] _rows = new byte[Planes * 2 * (WidthMax + Lanes)];
    private readonly byte[] _delta = new byte[WidthMax + Lanes];
    private readonly ulong[] _equal = new ulong[(WidthMax / 64) + 2];

    /// <summary>Encodes a rectangle inside the picture, at most <see cref="WidthMax"/> wide and <see cref="PixelsMax"/> large.</summary>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode(in PictureView picture, RdpRectangle rectangle)
    {
        if (rectangle.IsEmpty || rectangle.Width > WidthMax || rectangle.Area > PixelsMax || picture.Bounds.Intersect(rectangle) != rectangle)
            throw new ArgumentOutOfRangeException(nameof(rectangle), rectangle, "outside of the picture or of the encoder's bounds");
        _encoded[0] = FormatNoAlpha | FormatRunLength;
        var length = 1;
        // Red, green, blue: bytes 2, 1 and 0 of a BGRX pixel.
        for (var shift = 16; shift >= 0; shift -= 8) length = EncodePlane(picture, rectangle, shift, length);
        return _encoded.AsSpan(0, length);
    }

    private int EncodePlane(in PictureView picture, RdpRectangle rectangle, int shift, int at)
    {
        const int rowBytes = WidthMax + Lanes;
        // SAFETY: the rectangle is inside the pinned picture; rows hold WidthMax bytes and one vector, the output every possible encoding.
        fixed (byte* rows = _rows, delta = _delta, encoded = _encoded)
        {
            byte* current = rows, before = rows + rowBytes;
            for (var y = 0; y < rectangle.Height; y++)
            {
                var line = topDown ? y : rectangle.Height - 1 - y;
                var pixels = (uint*)picture.At(rectangle with { Y = rectangle.Y + line });
                TakePlane(pixels, current, rectangle.Width, shift);
                var row = current;
                if (y > 0)
                {
                    Subtract(current, before, delta, rectangle.Width);
                    row = delta;
                }

                at = EncodeRow(row, rectangle.Width, encoded, at);
                var next = before;
                before = current;
                current = next;
            }
        }

        return at;
    }

    /// <summary>One colour of a row of pixels.</summary>
    private static void TakePlane(uint* pixels, byte* plane, int width, int shift)
    {
        var x = 0;
        var mask = Vector128.Create(0xFFu);
        for (; x <= width - Lanes; x += Lanes)
        {
            var a = Vector128.ShiftRightLogical(Vector128.Load(pixels + x), shift) & mask;
            var b = Vector128.ShiftRightLogical(Vector128.Load(pixels + x + 4), shift) & mask;
            var c = Vector128.ShiftRightLogical(Vector128.Load(pixels + x + 8), shift) & mask;
            var d = Vector128.ShiftRightLogical(Vector128.Load(pixels + x + 12), shift) & mask;
            Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).Store(plane + x);
        }

        for (; x < width; x++) plane[x] = (byte)(pixels[x] >> shift);
    }

    /// <summary>Differences with the sign in the lowest bit (3.1.9.2.3): 0, -1, 1, -2, ... become 0, 1, 2, 3, ...</summary>
    private static void Subtract(byte* current, byte* before, byte* delta, int width)
    {
        for (var x = 0; x < width; x += Lanes)
        {
            var difference = (Vector128.Load(current + x) - Vector128.Load(before + x)).AsSByte();
            (difference + difference ^ Vector128.LessThan(difference, Vector128<sbyte>.Zero)).AsByte().Store(delta + x);
        }
    }

    /// <summary>Literals and runs of the byte before them; before a row stands 0 (2.2.2.5.1.2).</summary>
    private int EncodeRow(byte* row, int width, byte* encoded, int at)
    {
        FindEqual(row, width);
        for (var x = 0; x < width;)
        {
            var run = NextRun(x, width);
            var runLength = run == width ? 0 : RunLength(run, width);
            for (; run - x > LiteralsMax; x += LiteralsMax)
            {
                encoded[at++] = LiteralsMax << 4;
                CopyVector(row + x, encoded + at);
                at += LiteralsMax;
            }

            // The last literals share their control byte with the start of the run.
            var literals = run - x;
            var first = literals == 0 ? 0 : Math.Min(runLength, LiteralsMax);
            if (runLength - first is 1 or 2) first -= RunMin;
            if (first < RunMin) first = 0;
            if (literals > 0)
            {
                encoded[at++] = (byte)((literals << 4) | first);
                CopyVector(row + x, encoded + at);
                at += literals;
            }

            at = WriteRun(encoded, at, runLength - first);
            x = run + runLength;
        }

        return at;
    }

    /// <summary>A run without literals: 3 to 15 directly, 16 to 47 with the extended codes. Never leaves 1 or 2 behind.</summary>
    private static int WriteRun(byte* encoded, int at, int length)
    {
        while (length > 0)
        {
            var part = Math.Min(length, RunMax);
            if (length - part is 1 or 2) part -= RunMin;
            encoded[at++] = part switch
            {
                < 16 => (byte)part,
                < 32 => (byte)(((part - 16) << 4) | 1),
                _ => (byte)(((part - 32) << 4) | 2),
            };
            length -= part;
        }

        return at;
    }

    /// <summary>Sets a bit for each byte that equals the one before it.</summary>
    private void FindEqual(byte* row, int width)
    {
        Array.Clear(_equal);
        for (var x = 0; x < width; x += Lanes)
        {
            // The first byte is compared with 0, which is not there to be loaded.
            var before = x == 0 ? ShiftIn(Vector128.Load(row)) : Vector128.Load(row + x - 1);
            ulong bits = Vector128.Equals(Vector128.Load(row + x), before).ExtractMostSignificantBits();
            _equal[x >> 6] |= bits << (x & 63);
        }

        // What lies behind the row equals nothing.
        if ((width & 63) != 0) _equal[width >> 6] &= (1UL << (width & 63)) - 1;
        else _equal[width >> 6] = 0;
    }

    private static Vector128<byte> ShiftIn(Vector128<byte> vector) => Vector128.Shuffle(
        vector, Vector128.Create((byte)255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));

    /// <summary>Where the next run of at least <see cref="RunMin"/> begins, or the width.</summary>
    private int NextRun(int x, int width)
    {
        for (var word = x >> 6; word <= (width - 1) >> 6; word++)
        {
            var (low, high) = (_equal[word], _equal[word + 1]);
            var starts = low & ((low >> 1) | (high << 63)) & ((low >> 2) | (high << 62));
            if (word == x >> 6) starts &= ulong.MaxValue << (x & 63);
            if (starts != 0) return (word << 6) + BitOperations.TrailingZeroCount(starts);
        }

        return width;
    }

    private int RunLength(int x, int width)
    {
        var end = x;
        while (end < width)
        {
            var different = ~_equal[end >> 6] >> (end & 63);
            if (different != 0) return Math.Min(width, end + BitOperations.TrailingZeroCount(different)) - x;
            end = ((end >> 6) + 1) << 6;
        }

        return width - x;
    }

    /// <summary>Always a whole vector: both buffers have the room, and what is too much is overwritten next.</summary>
    private static void CopyVector(byte* from, byte* to) => Vector128.Load(from).Store(to);
}
