namespace RemoteChain.Harness;

/// <summary>Reads what <see cref="Gateway.Fronts.Web.ExactCodec"/> writes, as the browser's client does; written for itself, so that the two check each other.</summary>
public static class ExactDecoder
{
    private const uint Opaque = 0xFF000000;

    /// <summary>Decodes a rectangle of RGBA pixels.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such rectangle.</exception>
    public static uint[] Decode(ReadOnlySpan<byte> bytes, int width, int height)
    {
        var pixels = new uint[width * height];
        var cache = new uint[64];
        uint before = Opaque;
        int at = 0;
        for (int x = 0; x < pixels.Length;)
        {
            if (at >= bytes.Length)
            {
                throw new InvalidDataException("too short");
            }

            byte code = bytes[at++];
            int low = code & 63;
            switch (code >> 6)
            {
                case 0:
                    pixels[x++] = before = cache[low];
                    continue;
                case 3:
                    before = low == 0 ? Colour(bytes, ref at) : Difference(before, low - 32, bytes[at++]);
                    cache[before * 0x9E3779B1 >> 26] = before;
                    pixels[x++] = before;
                    continue;
            }

            int run = low < 63 ? low + 1 : 64 + bytes[at++] + (bytes[at++] << 8);
            for (int end = x + run; x < end; x++)
            {
                pixels[x] = code >> 6 == 1 ? before : pixels[x - width];
            }

            before = pixels[x - 1];
        }

        return at == bytes.Length ? pixels : throw new InvalidDataException("bytes left over");
    }

    private static uint Colour(ReadOnlySpan<byte> bytes, ref int at) => Opaque | bytes[at++] | ((uint)bytes[at++] << 8) | ((uint)bytes[at++] << 16);

    private static uint Difference(uint before, int green, byte others)
    {
        int red = green + (others >> 4) - 8;
        int blue = green + (others & 15) - 8;
        return Opaque | (byte)(before + red) | ((uint)(byte)((before >> 8) + green) << 8) | ((uint)(byte)((before >> 16) + blue) << 16);
    }
}
