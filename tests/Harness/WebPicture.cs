using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Surface;

namespace RemoteChain.Harness;

/// <summary>The picture that a browser would have: RGBA, built from the frames of the pixel socket.</summary>
public sealed class WebPicture
{
    /// <summary>Columns; 0 before the first size.</summary>
    public int Width { get; private set; }

    /// <summary>Rows.</summary>
    public int Height { get; private set; }

    /// <summary>The pixels, row by row.</summary>
    public uint[] Pixels { get; private set; } = [];

    /// <summary>How many parts of each kind have come.</summary>
    public Dictionary<WebTile, int> Parts { get; } = [];

    /// <summary>How many bytes the parts of each kind were.</summary>
    public Dictionary<WebTile, long> PartBytes { get; } = [];

    /// <summary>Decodes a photograph to RGBA; without one, its place gets one colour that is made of its bytes, so that another photograph can be told from it.</summary>
    public Func<byte[], int, int, uint[]>? Photographs { get; set; }

    /// <summary>A message with a size.</summary>
    public void Resize(int width, int height)
    {
        (Width, Height) = (width, height);
        Pixels = new uint[width * height];
        Array.Fill(Pixels, 0xFF000000);
    }

    /// <summary>The parts of a frame, behind its number.</summary>
    public void Draw(ReadOnlySpan<byte> parts)
    {
        while (!parts.IsEmpty)
        {
            var kind = (WebTile)parts[0];
            Parts[kind] = Parts.GetValueOrDefault(kind) + 1;
            var rest = kind switch
            {
                WebTile.Solid => Solid(parts[1..]),
                WebTile.Copy => Copy(parts[1..]),
                WebTile.Exact or WebTile.Photograph => Coded(kind, parts[1..]),
                _ => throw new InvalidDataException($"a part of kind {parts[0]}"),
            };
            PartBytes[kind] = PartBytes.GetValueOrDefault(kind) + parts.Length - rest.Length;
            parts = rest;
        }
    }

    /// <summary>A number for what a rectangle shows.</summary>
    public int Print(SurfaceRectangle rectangle)
    {
        var print = new HashCode();
        var inside = rectangle.Intersect(new SurfaceRectangle(0, 0, Width, Height));
        for (int y = inside.Y; y < inside.Bottom; y++)
        {
            print.AddBytes(MemoryMarshal.AsBytes(Pixels.AsSpan((y * Width) + inside.X, inside.Width)));
        }

        return print.ToHashCode();
    }

    /// <summary>As <see cref="Picture"/> has it.</summary>
    public Picture ToPicture() =>
        new(Width, Height, [.. Pixels.Select(p => (int)(((p & 0xFF) << 16) | (p & 0xFF00) | ((p >> 16) & 0xFF)))]);

    private ReadOnlySpan<byte> Solid(ReadOnlySpan<byte> fields)
    {
        var (x, y, width, height) = (U16(fields, 0), U16(fields, 1), U16(fields, 2), U16(fields, 3));
        uint colour = 0xFF000000 | fields[8] | ((uint)fields[9] << 8) | ((uint)fields[10] << 16);
        for (int row = y; row < y + height; row++)
        {
            Pixels.AsSpan((row * Width) + x, width).Fill(colour);
        }

        return fields[11..];
    }

    private ReadOnlySpan<byte> Copy(ReadOnlySpan<byte> fields)
    {
        var (fromX, fromY, x, y, width, height) =
            (U16(fields, 0), U16(fields, 1), U16(fields, 2), U16(fields, 3), U16(fields, 4), U16(fields, 5));
        for (int i = 0; i < height; i++)
        {
            // In the direction in which no row is overwritten before it is read; within a row, a span does that itself.
            int row = fromY > y ? i : height - 1 - i;
            Pixels.AsSpan(((fromY + row) * Width) + fromX, width).CopyTo(Pixels.AsSpan(((y + row) * Width) + x));
        }

        return fields[12..];
    }

    private ReadOnlySpan<byte> Coded(WebTile kind, ReadOnlySpan<byte> fields)
    {
        var (x, y, width, height) = (U16(fields, 0), U16(fields, 1), U16(fields, 2), U16(fields, 3));
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(fields[8..]);
        var bytes = fields.Slice(12, length);
        uint[] decoded = kind == WebTile.Exact ? ExactDecoder.Decode(bytes, width, height)
            : Photographs?.Invoke([.. bytes], width, height) ?? Plain(bytes, width * height);
        for (int row = 0; row < height; row++)
        {
            decoded.AsSpan(row * width, width).CopyTo(Pixels.AsSpan(((y + row) * Width) + x));
        }

        return fields[(12 + length)..];
    }

    private static uint[] Plain(ReadOnlySpan<byte> bytes, int count)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        var pixels = new uint[count];
        Array.Fill(pixels, 0xFF000000 | (uint)hash.ToHashCode());
        return pixels;
    }

    private static int U16(ReadOnlySpan<byte> fields, int index) => BinaryPrimitives.ReadUInt16LittleEndian(fields[(index * 2)..]);
}
