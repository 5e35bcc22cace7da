namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// Exact pixels in few bytes: the codec for text and user interfaces. Pixels are RGBA with full alpha, row by row; each is told as one of
/// <code>
///   00 iiiiii            the colour that was seen last under that number (a hash of the colour)
///   01 nnnnnn            n + 1 more of the pixel before; 63: 64 more than the two bytes behind it say
///   10 nnnnnn            n + 1 pixels as in the row above; 63 as before
///   11 gggggg rrrr bbbb  green differs from the pixel before by g - 32, red and blue by g - 32 + r - 8 and + b - 8; g is not 0
///   11000000 R G B       the colour itself
/// </code>
/// Runs end with their row. It is what QOI is to photographs, with the row above, which is what text and windows repeat. The decoder is in
/// Client/src/exact.ts.
/// </summary>
public static class ExactCodec
{
    /// <summary>Numbers for colours.</summary>
    public const int CacheColours = 64;

    /// <summary>No pixel takes more bytes.</summary>
    public const int BytesPerPixelMax = 4;

    private const uint Opaque = 0xFF000000;
    private const uint HashFactor = 0x9E3779B1;
    private const int HashShift = 26;
    private const byte RunCode = 0x40, AboveCode = 0x80, DifferenceCode = 0xC0;
    private const int RunShortMax = 63, RunLongMax = 64 + ushort.MaxValue;

    /// <summary>Encodes a rectangle.</summary>
    /// <param name="pixels">Begins with its first pixel.</param>
    /// <param name="stride">Pixels from one row to the next.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="to">Where the bytes go.</param>
    public static void Encode(ReadOnlySpan<uint> pixels, int stride, int width, int height, WireWriter to)
    {
        Span<uint> cache = stackalloc uint[CacheColours];
        cache.Clear();
        uint before = Opaque;
        ReadOnlySpan<uint> above = default;
        for (int y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * stride, width);
            // The longest run token is three bytes for at least 64 pixels, so a row never takes more than four a pixel.
            var room = to.Reserve((width * BytesPerPixelMax) + BytesPerPixelMax);
            to.Advance(EncodeRow(row, above, cache, ref before, room));
            above = row;
        }
    }

    private static int EncodeRow(ReadOnlySpan<uint> row, ReadOnlySpan<uint> above, Span<uint> cache, ref uint before, Span<byte> to)
    {
        int at = 0;
        for (int x = 0; x < row.Length;)
        {
            uint pixel = row[x];
            bool asAbove = !above.IsEmpty && above[x] == pixel;
            if (asAbove || pixel == before)
            {
                int up = asAbove ? row[x..].CommonPrefixLength(above[x..]) : 0;
                int run = pixel == before ? RunOf(row[x..], pixel) : 0;
                int length = Math.Min(Math.Max(up, run), RunLongMax);
                at += WriteRun(to[at..], up > run ? AboveCode : RunCode, length);
                x += length;
                before = row[x - 1];
                continue;
            }

            int index = (int)(pixel * HashFactor >> HashShift);
            if (cache[index] == pixel)
            {
                to[at++] = (byte)index;
            }
            else
            {
                cache[index] = pixel;
                at += WriteColour(to[at..], pixel, before);
            }

            before = pixel;
            x++;
        }

        return at;
    }

    private static int RunOf(ReadOnlySpan<uint> row, uint pixel)
    {
        int end = row.IndexOfAnyExcept(pixel);
        return end < 0 ? row.Length : end;
    }

    private static int WriteRun(Span<byte> to, byte code, int length)
    {
        if (length <= RunShortMax)
        {
            to[0] = (byte)(code | (length - 1));
            return 1;
        }

        int more = length - RunShortMax - 1;
        to[0] = (byte)(code | RunShortMax);
        to[1] = (byte)more;
        to[2] = (byte)(more >> 8);
        return 3;
    }

    private static int WriteColour(Span<byte> to, uint pixel, uint before)
    {
        int green = (sbyte)((byte)(pixel >> 8) - (byte)(before >> 8));
        int red = (sbyte)((byte)pixel - (byte)before) - green + 8;
        int blue = (sbyte)((byte)(pixel >> 16) - (byte)(before >> 16)) - green + 8;
        if (green is > -32 and < 32 && (uint)red < 16 && (uint)blue < 16)
        {
            to[0] = (byte)(DifferenceCode | (green + 32));
            to[1] = (byte)((red << 4) | blue);
            return 2;
        }

        to[0] = DifferenceCode;
        to[1] = (byte)pixel;
        to[2] = (byte)(pixel >> 8);
        to[3] = (byte)(pixel >> 16);
        return 4;
    }
}
