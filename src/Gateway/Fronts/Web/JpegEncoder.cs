using System.Numerics;
using System.Runtime.Intrinsics;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// Encodes photographs and films as baseline JPEG, colours at half the resolution: what every browser decodes by itself, in native code and
/// beside the page's own work. One quality; reused, never allocates.
/// </summary>
public sealed class JpegEncoder
{
    private const int Block = 8, Unit = 16, Components = 3;

    /// <summary>No block of 64 coefficients takes more bytes, each byte stuffed: 64 codes of 16 bits with 11 bits behind each.</summary>
    private const int BlockBytesMax = 64 * 27 / 8 * 2;

    /// <summary>Six blocks a unit.</summary>
    private const int UnitBytesMax = 6 * BlockBytesMax;

    /// <summary>What a scan may have in hand between two rows of units.</summary>
    private const int TailBytesMax = 64;

    private const int EndOfBlock = 0x00, SixteenZeros = 0xF0;

    private static readonly uint[] s_luminanceDc = JpegTables.Codes(JpegTables.LuminanceDc);
    private static readonly uint[] s_luminanceAc = JpegTables.Codes(JpegTables.LuminanceAc);
    private static readonly uint[] s_chrominanceDc = JpegTables.Codes(JpegTables.ChrominanceDc);
    private static readonly uint[] s_chrominanceAc = JpegTables.Codes(JpegTables.ChrominanceAc);

    /// <summary>Where a coefficient of a transposed block comes in the order of writing, and the other way round.</summary>
    private static readonly byte[] s_orderOf = new byte[64], s_placeOf = new byte[64];

    private readonly byte[] _head;
    private readonly int _sizeAt;
    private readonly float[] _luminanceFactors;
    private readonly float[] _chrominanceFactors;
    private readonly float[] _luminance = new float[Unit * Unit];
    private readonly float[] _blue = new float[Block * Block];
    private readonly float[] _red = new float[Block * Block];
    private readonly int[] _coefficients = new int[64];
    private readonly int[] _dc = new int[Components];
    private readonly uint[] _edge = new uint[Unit * Unit];

    static JpegEncoder()
    {
        for (int i = 0; i < 64; i++)
        {
            int place = JpegTables.ZigZag[i];
            int transposed = ((place & 7) << 3) | (place >> 3);
            s_orderOf[transposed] = (byte)i;
            s_placeOf[i] = (byte)transposed;
        }
    }

    /// <summary>An encoder of a quality from 1 to 100, as libjpeg counts.</summary>
    public JpegEncoder(int quality)
    {
        var luminance = Scaled(JpegTables.LuminanceQuantizers, quality);
        var chrominance = Scaled(JpegTables.ChrominanceQuantizers, quality);
        _luminanceFactors = Factors(luminance);
        _chrominanceFactors = Factors(chrominance);
        (_head, _sizeAt) = Head(luminance, chrominance);
    }

    /// <summary>Encodes a rectangle.</summary>
    /// <param name="pixels">RGBA; begins with the first pixel of the rectangle.</param>
    /// <param name="stride">Pixels from one row to the next.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="to">Where the file goes.</param>
    public void Encode(ReadOnlySpan<uint> pixels, int stride, int width, int height, WireWriter to)
    {
        WriteHead(width, height, to);
        Array.Clear(_dc);
        int units = (width + Unit - 1) / Unit;
        var bits = default(JpegBits);
        for (int y = 0; y < height; y += Unit)
        {
            // The bits that do not fill a byte yet live in the writer, so a scan is one writer over room for its rows so far.
            var room = to.Reserve((units * UnitBytesMax) + TailBytesMax);
            bits = bits.Over(room);
            for (int x = 0; x < width; x += Unit)
            {
                WriteUnit(ref bits, pixels, stride, x, y, width, height);
            }

            if (y + Unit >= height)
            {
                bits.End();
            }

            to.Advance(bits.Length);
        }

        to.Bytes([0xFF, 0xD9]);
    }

    private void WriteUnit(ref JpegBits bits, ReadOnlySpan<uint> pixels, int stride, int x, int y, int width, int height)
    {
        if (x + Unit <= width && y + Unit <= height)
        {
            Separate(pixels[((y * stride) + x)..], stride);
        }
        else
        {
            CopyEdge(pixels, stride, x, y, width, height);
            Separate(_edge, Unit);
        }

        for (int half = 0; half < Unit; half += Block)
        {
            for (int side = 0; side < Unit; side += Block)
            {
                var samples = _luminance.AsSpan((half * Unit) + side);
                WriteBlock(ref bits, JpegBlock.Transform(samples, Unit, _luminanceFactors, _coefficients), ref _dc[0], s_luminanceDc, s_luminanceAc);
            }
        }

        WriteBlock(ref bits, JpegBlock.Transform(_blue, Block, _chrominanceFactors, _coefficients), ref _dc[1], s_chrominanceDc, s_chrominanceAc);
        WriteBlock(ref bits, JpegBlock.Transform(_red, Block, _chrominanceFactors, _coefficients), ref _dc[2], s_chrominanceDc, s_chrominanceAc);
    }

    /// <summary>A unit at the edge repeats its last row and column (A.2.4).</summary>
    private void CopyEdge(ReadOnlySpan<uint> pixels, int stride, int x, int y, int width, int height)
    {
        int columns = Math.Min(Unit, width - x);
        for (int row = 0; row < Unit; row++)
        {
            int from = Math.Min(y + row, height - 1);
            var target = _edge.AsSpan(row * Unit, Unit);
            pixels.Slice((from * stride) + x, columns).CopyTo(target);
            target[columns..].Fill(target[columns - 1]);
        }
    }

    /// <summary>Brightness around 0 of 16 × 16 pixels, and the two colour differences of 8 × 8 groups of four (JFIF 1.02).</summary>
    private void Separate(ReadOnlySpan<uint> pixels, int stride)
    {
        for (int y = 0; y < Unit; y += 2)
        {
            var upper = pixels.Slice(y * stride, Unit);
            var lower = pixels.Slice((y + 1) * stride, Unit);
            Separate(upper, lower, 0, y, out var left, out var leftRed);
            Separate(upper, lower, Block, y, out var right, out var rightRed);
            (PairSums(left, right) * 0.25f).CopyTo(_blue.AsSpan(y / 2 * Block));
            (PairSums(leftRed, rightRed) * 0.25f).CopyTo(_red.AsSpan(y / 2 * Block));
        }
    }

    private void Separate(ReadOnlySpan<uint> upper, ReadOnlySpan<uint> lower, int x, int y, out Vector256<float> blue, out Vector256<float> red)
    {
        var (r0, g0, b0) = Colours(Vector256.Create(upper.Slice(x, Block)));
        var (r1, g1, b1) = Colours(Vector256.Create(lower.Slice(x, Block)));
        Brightness(r0, g0, b0).CopyTo(_luminance.AsSpan((y * Unit) + x));
        Brightness(r1, g1, b1).CopyTo(_luminance.AsSpan(((y + 1) * Unit) + x));
        var (r, g, b) = (r0 + r1, g0 + g1, b0 + b1);
        blue = (b * 0.5f) - (r * 0.168735892f) - (g * 0.331264108f);
        red = (r * 0.5f) - (g * 0.418687589f) - (b * 0.081312411f);
    }

    private static (Vector256<float> R, Vector256<float> G, Vector256<float> B) Colours(Vector256<uint> pixels)
    {
        var low = Vector256.Create(0xFFu);
        return (Vector256.ConvertToSingle((pixels & low).AsInt32()), Vector256.ConvertToSingle(((pixels >> 8) & low).AsInt32()),
            Vector256.ConvertToSingle(((pixels >> 16) & low).AsInt32()));
    }

    private static Vector256<float> Brightness(Vector256<float> r, Vector256<float> g, Vector256<float> b) =>
        (r * 0.299f) + (g * 0.587f) + (b * 0.114f) - Vector256.Create(128f);

    private static Vector256<float> PairSums(Vector256<float> left, Vector256<float> right)
    {
        var order = Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7);
        var (l, r) = (Vector256.Shuffle(left, order), Vector256.Shuffle(right, order));
        return Vector256.Create(l.GetLower() + l.GetUpper(), r.GetLower() + r.GetUpper());
    }

    /// <summary>Writes the coefficients of a block (F.1.2): the first as its difference to the block before, the others with the zeros before them.</summary>
    private void WriteBlock(ref JpegBits bits, ulong nonZero, ref int dc, uint[] dcCodes, uint[] acCodes)
    {
        int difference = _coefficients[0] - dc;
        dc = _coefficients[0];
        WriteValue(ref bits, dcCodes, 0, difference);

        ulong inOrder = 0;
        for (ulong left = nonZero & ~1UL; left != 0; left &= left - 1)
        {
            inOrder |= 1UL << s_orderOf[BitOperations.TrailingZeroCount(left)];
        }

        int last = 0;
        for (; inOrder != 0; inOrder &= inOrder - 1)
        {
            int order = BitOperations.TrailingZeroCount(inOrder);
            int zeros = order - last - 1;
            last = order;
            for (; zeros > 15; zeros -= 16)
            {
                bits.Write(acCodes[SixteenZeros] >> 8, (int)(acCodes[SixteenZeros] & 0xFF));
            }

            WriteValue(ref bits, acCodes, zeros << 4, _coefficients[s_placeOf[order]]);
        }

        if (last != 63)
        {
            bits.Write(acCodes[EndOfBlock] >> 8, (int)(acCodes[EndOfBlock] & 0xFF));
        }
    }

    private static void WriteValue(ref JpegBits bits, uint[] codes, int zeros, int value)
    {
        int size = JpegBits.SizeOf(value);
        uint code = codes[zeros | size];
        uint low = (uint)(value - (value >> 31 & 1)) & ((1u << size) - 1);
        bits.Write((code >> 8 << size) | low, (int)(code & 0xFF) + size);
    }

    private void WriteHead(int width, int height, WireWriter to)
    {
        var room = to.Reserve(_head.Length);
        _head.CopyTo(room);
        (room[_sizeAt], room[_sizeAt + 1]) = ((byte)(height >> 8), (byte)height);
        (room[_sizeAt + 2], room[_sizeAt + 3]) = ((byte)(width >> 8), (byte)width);
        to.Advance(_head.Length);
    }

    private static byte[] Scaled(ReadOnlySpan<byte> quantizers, int quality)
    {
        int percent = quality < 50 ? 5000 / quality : 200 - (quality * 2);
        var scaled = new byte[64];
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] = (byte)Math.Clamp(((quantizers[i] * percent) + 50) / 100, 1, 255);
        }

        return scaled;
    }

    private static float[] Factors(byte[] quantizers)
    {
        var factors = new float[64];
        for (int i = 0; i < factors.Length; i++)
        {
            var (row, column) = (i >> 3, i & 7);
            factors[(column * 8) + row] = 1f / (quantizers[i] * JpegBlock.Scales[row] * JpegBlock.Scales[column] * 8f);
        }

        return factors;
    }

    /// <summary>Everything in front of the scan; the size is filled in for each picture.</summary>
    private static (byte[] Head, int SizeAt) Head(byte[] luminance, byte[] chrominance)
    {
        List<byte> head = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
        foreach (var (number, table) in new[] { (0, luminance), (1, chrominance) })
        {
            head.AddRange([0xFF, 0xDB, 0, 67, (byte)number]);
            foreach (byte place in JpegTables.ZigZag)
            {
                head.Add(table[place]);
            }
        }

        head.AddRange([0xFF, 0xC0, 0, 17, 8]);
        int sizeAt = head.Count;
        head.AddRange([0, 0, 0, 0, Components, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
        AddCodes(head, 0x00, JpegTables.LuminanceDc);
        AddCodes(head, 0x10, JpegTables.LuminanceAc);
        AddCodes(head, 0x01, JpegTables.ChrominanceDc);
        AddCodes(head, 0x11, JpegTables.ChrominanceAc);
        head.AddRange([0xFF, 0xDA, 0, 12, Components, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
        return ([.. head], sizeAt);
    }

    private static void AddCodes(List<byte> head, byte number, ReadOnlySpan<byte> table)
    {
        head.AddRange([0xFF, 0xC4, 0, 0, number]);
        head.AddRange(table);
        int length = table.Length + 3;
        head[^(table.Length + 3)] = (byte)(length >> 8);
        head[^(table.Length + 2)] = (byte)length;
    }
}
