using System.Numerics;
using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Worker.Notices;

/// <summary>How loud a notice is: the colour of the bar at its left.</summary>
enum NoticeTone
{
    /// <summary>Something is on its way.</summary>
    Calm,

    /// <summary>Something was lost and is being fetched back.</summary>
    Warning,

    /// <summary>It failed for good.</summary>
    Error,
}

/// <summary>Draws a sentence in a box over a dimmed picture, or over a calm background when there is none. Pure: pixels in, pixels out.</summary>
static class NoticePainter
{
    const uint Background = 0x1B2027, Box = 0x2A313B, Border = 0x3D4754, Text = 0xF2F4F7, Faint = 0xAAB4C2;
    const uint CalmBar = 0x4C9AFF, WarningBar = 0xF5A623, ErrorBar = 0xE5484D;
    const int BarWidth = 5;

    /// <summary>Fills a picture with the background that is shown before there is any other.</summary>
    public static void Clear(Span<byte> pixels, int width, int height, int strideBytes)
    {
        for (var y = 0; y < height; y++) Row(pixels, strideBytes, y, width).Fill(Background);
    }

    /// <summary>Makes a picture dark and grey, so that nobody takes it for a live one.</summary>
    public static void Dim(ReadOnlySpan<byte> source, Span<byte> target, int width, int height, int strideBytes)
    {
        // A quarter of the colour and half of the background: reads as behind a veil, and needs no multiplication.
        var veil = new Vector<uint>((Background >> 1) & 0x7F7F7F7F);
        var mask = new Vector<uint>(0x3F3F3F3F);
        for (var y = 0; y < height; y++)
        {
            var from = MemoryMarshal.Cast<byte, uint>(source.Slice(y * strideBytes, width * 4));
            var to = Row(target, strideBytes, y, width);
            var x = 0;
            for (; x <= width - Vector<uint>.Count; x += Vector<uint>.Count)
                (((new Vector<uint>(from[x..]) >> 2) & mask) + veil).CopyTo(to[x..]);
            for (; x < width; x++) to[x] = ((from[x] >> 2) & 0x3F3F3F3F) + ((Background >> 1) & 0x7F7F7F7F);
        }
    }

    /// <summary>Where the box of a notice goes. The same for the same sentence, whatever the faint line says.</summary>
    public static SurfaceRectangle Place(string sentence, bool hasFaintLine, int width, int height)
    {
        var atlas = GlyphAtlas.For(height);
        var (textWidth, lines) = Layout(sentence, atlas, width);
        var padding = atlas.LineHeight;
        var rows = (lines.Count * LinePitch(atlas)) + (hasFaintLine ? LinePitch(atlas) + (atlas.LineHeight / 3) : 0);
        var boxWidth = Math.Min(width, textWidth + (2 * padding) + BarWidth);
        var boxHeight = Math.Min(height, rows + (2 * padding));
        // A little above the middle, where people look.
        return new((width - boxWidth) / 2, Math.Max(0, (height - boxHeight) * 2 / 5), boxWidth, boxHeight);
    }

    /// <summary>Draws the box with its texts.</summary>
    /// <param name="pixels">The picture, BGRX32.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="strideBytes">Of the picture.</param>
    /// <param name="sentence">What happened.</param>
    /// <param name="faint">A second, quieter line that may change each second; empty = none.</param>
    /// <param name="tone">How loud.</param>
    /// <returns>What was drawn over.</returns>
    public static SurfaceRectangle Paint(
        Span<byte> pixels, int width, int height, int strideBytes, string sentence, string faint, NoticeTone tone)
    {
        var atlas = GlyphAtlas.For(height);
        var (_, lines) = Layout(sentence, atlas, width);
        var box = Place(sentence, faint.Length > 0, width, height);
        Fill(pixels, strideBytes, width, box, Border);
        Fill(pixels, strideBytes, width, new(box.X + 1, box.Y + 1, box.Width - 2, box.Height - 2), Box);
        Fill(pixels, strideBytes, width, new(box.X, box.Y, Math.Min(BarWidth, box.Width), box.Height),
            tone switch { NoticeTone.Calm => CalmBar, NoticeTone.Warning => WarningBar, _ => ErrorBar });

        var padding = atlas.LineHeight;
        var x = box.X + BarWidth + padding;
        var y = box.Y + padding + ((LinePitch(atlas) - atlas.LineHeight) / 2);
        foreach (var line in lines)
        {
            Write(pixels, strideBytes, box, atlas, line, x, y, Text);
            y += LinePitch(atlas);
        }

        if (faint.Length > 0) Write(pixels, strideBytes, box, atlas, faint, x, y + (atlas.LineHeight / 3), Faint);
        return box;
    }

    static int LinePitch(GlyphAtlas atlas) => atlas.LineHeight * 5 / 4;

    static (int Width, List<string> Lines) Layout(string sentence, GlyphAtlas atlas, int width)
    {
        var room = Math.Max(atlas.LineHeight * 3, Math.Min(width * 3 / 4, atlas.LineHeight * 30) - (2 * atlas.LineHeight) - BarWidth);
        var lines = NoticeText.Wrap(sentence, atlas, room);
        // Not narrower than a line like "The picture is 12 min old" needs.
        var widest = Math.Min(room, atlas.LineHeight * 13);
        foreach (var line in lines) widest = Math.Max(widest, atlas.Width(line));
        return (widest, lines);
    }

    static void Fill(Span<byte> pixels, int strideBytes, int width, SurfaceRectangle rectangle, uint colour)
    {
        for (var y = rectangle.Y; y < rectangle.Bottom; y++)
        {
            if (rectangle.Width > 0) Row(pixels, strideBytes, y, width).Slice(rectangle.X, rectangle.Width).Fill(colour);
        }
    }

    static void Write(Span<byte> pixels, int strideBytes, SurfaceRectangle clip, GlyphAtlas atlas, string text, int x, int y, uint colour)
    {
        foreach (var letter in text)
        {
            var coverage = atlas.Coverage(letter, out var width);
            for (var row = 0; row < atlas.LineHeight; row++)
            {
                if (y + row < clip.Y || y + row >= clip.Bottom) continue;
                var line = MemoryMarshal.Cast<byte, uint>(pixels.Slice((y + row) * strideBytes, clip.Right * 4));
                for (var column = 0; column < width; column++)
                {
                    var at = x - 1 + column;
                    if (at < clip.X || at >= clip.Right) continue;
                    var alpha = coverage[(row * width) + column];
                    if (alpha != 0) line[at] = Blend(line[at], colour, alpha);
                }
            }

            x += atlas.Advance(letter);
        }
    }

    static uint Blend(uint under, uint over, byte alpha)
    {
        var a = alpha + (alpha >> 7);
        uint Channel(int shift) => (uint)((((over >> shift) & 0xFF) * a) + (((under >> shift) & 0xFF) * (256 - a))) >> 8 << shift;
        return Channel(0) | Channel(8) | Channel(16);
    }

    static Span<uint> Row(Span<byte> pixels, int strideBytes, int y, int width) =>
        MemoryMarshal.Cast<byte, uint>(pixels.Slice(y * strideBytes, width * 4));
}
