using System.Buffers.Binary;
using System.IO.Compression;

namespace RemoteChain.Gateway.Sessions;

/// <summary>Writes a picture as a PNG file (ISO/IEC 15948): eight bits for each of red, green and blue, no filter but the one that helps most.</summary>
internal static class PngPicture
{
    /// <summary>Red, green, blue.</summary>
    public const int BytesPerPixel = 3;

    private const byte FilterUp = 2;
    private const byte TrueColour = 2;

    /// <summary>Writes it.</summary>
    /// <param name="pixels">Row after row, without padding.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public static byte[] Write(ReadOnlySpan<byte> pixels, int width, int height)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        Span<byte> head = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], height);
        (head[8], head[9]) = (8, TrueColour);
        Chunk(file, "IHDR"u8, head);
        Chunk(file, "IDAT"u8, Compress(pixels, width * BytesPerPixel, height));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // Desktops repeat themselves downwards: the difference to the row above is mostly zero.
    private static byte[] Compress(ReadOnlySpan<byte> pixels, int stride, int height)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            byte[] line = new byte[stride + 1];
            line[0] = FilterUp;
            for (int y = 0; y < height; y++)
            {
                var row = pixels.Slice(y * stride, stride);
                for (int i = 0; i < stride; i++)
                {
                    line[i + 1] = (byte)(row[i] - (y == 0 ? 0 : pixels[((y - 1) * stride) + i]));
                }

                zlib.Write(line);
            }
        }

        return packed.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(content);
        uint crc = Crc(Crc(uint.MaxValue, kind), content) ^ uint.MaxValue;
        BinaryPrimitives.WriteUInt32BigEndian(number, crc);
        file.Write(number);
    }

    // The polynomial of ISO 3309, reflected. Thumbnails are small; a table would not pay.
    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xedb88320 & (0 - (crc & 1)));
            }
        }

        return crc;
    }
}
