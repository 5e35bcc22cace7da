using System.Buffers.Binary;
using System.IO.Compression;

namespace RemoteChain.Gateway.Machines;

/// <summary>Writes a picture as PNG (ISO/IEC 15948): 8 bits a channel, no alpha.</summary>
public static class PngImage
{
    private const byte BitsPerChannel = 8, TrueColour = 2;

    private static readonly byte[] s_signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The file.</summary>
    /// <param name="pixels">BGRX32, row after row without gaps.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    public static byte[] Of(ReadOnlySpan<byte> pixels, int width, int height)
    {
        using var file = new MemoryStream();
        file.Write(s_signature);
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (BitsPerChannel, TrueColour);
        Add(file, "IHDR"u8, header);
        using (var packed = new MemoryStream())
        {
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                byte[] row = new byte[1 + 3 * width];
                for (int y = 0; y < height; y++)
                {
                    var from = pixels.Slice(y * width * 4, width * 4);
                    for (int x = 0; x < width; x++)
                    {
                        (row[1 + 3 * x], row[2 + 3 * x], row[3 + 3 * x]) = (from[4 * x + 2], from[4 * x + 1], from[4 * x]);
                    }

                    zlib.Write(row);
                }
            }

            Add(file, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        }

        Add(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void Add(MemoryStream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Check(Check(uint.MaxValue, kind), content));
        file.Write(number);
    }

    /// <summary>The checksum of ISO 3309.</summary>
    private static uint Check(uint sum, ReadOnlySpan<byte> bytes)
    {
        const uint polynomial = 0xEDB88320;
        foreach (byte value in bytes)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) != 0 ? (sum >> 1) ^ polynomial : sum >> 1;
            }
        }

        return sum;
    }
}
