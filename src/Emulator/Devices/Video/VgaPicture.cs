namespace RemoteChain.Emulator.Devices.Video;

/// <summary>Draws what a VGA shows: text with the font in plane 2, 16 colours from four planes, 4 and 256 colours. Rows at a time.</summary>
sealed class VgaPicture(VgaRegisters vga, MemoryWindow memory)
{
    const int FontBytes = 8192, GlyphBytes = 32, Planes = 4;

    readonly uint[] _colours = new uint[256];

    internal int Width { get; private set; }

    internal int Height { get; private set; }

    bool IsText => (vga.Graphics[6] & 1) == 0;

    /// <summary>256 colours, each pixel twice as wide (mode 13h).</summary>
    bool IsByteColour => (vga.Graphics[5] & 0x40) != 0;

    int CellHeight => (vga.Crt[9] & 31) + 1;

    int Start => ((vga.Crt[0xC] << 8) | vga.Crt[0xD]) * Planes;

    // From one row of pixels or characters to the next, in bytes of video memory.
    int Stride => vga.Crt[0x13] * 2 * Planes;

    /// <summary>Reads size and colours from the registers.</summary>
    internal void Begin()
    {
        var columns = vga.Crt[1] + 1;
        var lines = (vga.Crt[0x12] | ((vga.Crt[7] & 2) << 7) | ((vga.Crt[7] & 0x40) << 3)) + 1;
        (Width, Height) = (IsText || !IsByteColour ? columns * 8 : columns * 4, IsText ? Math.Max(1, lines / CellHeight) * CellHeight : Math.Max(1, lines / Repeat));
        for (var i = 0; i < 256; i++) _colours[i] = vga.Colour(IsText || !IsByteColour ? Entry(i & 15) : i, wide: false);
    }

    /// <summary>How often a row of memory is shown.</summary>
    int Repeat => IsText ? 1 : Math.Max(CellHeight, (vga.Crt[9] & 0x80) != 0 ? 2 : 1);

    // The attribute controller's sixteen entries choose among the palette's 256.
    int Entry(int attribute)
    {
        var chosen = vga.Attributes[attribute];
        var upper = vga.Attributes[0x14];
        return (vga.Attributes[0x10] & 0x80) != 0 ? ((upper & 15) << 4) | (chosen & 15) : ((upper & 12) << 4) | (chosen & 63);
    }

    /// <summary>Draws one row.</summary>
    internal void Draw(int row, Span<uint> to)
    {
        if (IsText) DrawText(row, to);
        else if (IsByteColour) DrawBytes(row, to);
        else if ((vga.Graphics[5] & 0x20) != 0) DrawPairs(row, to);
        else DrawPlanes(row, to);
    }

    void DrawText(int row, Span<uint> to)
    {
        var height = CellHeight;
        var (line, inside) = Math.DivRem(row, height);
        var cells = Start + line * Stride;
        var blinking = (vga.Attributes[0x10] & 8) != 0;
        var cursor = CursorIn(inside);
        var select = vga.Sequencer[3];
        var first = (((select >> 4) & 1) | ((select << 1) & 6)) * FontBytes;
        var second = (((select >> 5) & 1) | ((select >> 1) & 6)) * FontBytes;
        for (var x = 0; x < to.Length; x += 8)
        {
            var cell = cells + x / 8 * Planes;
            var (character, attribute) = (Get(cell), Get(cell + 1));
            var font = (attribute & 8) != 0 ? first : second;
            var glyph = Get((font + character * GlyphBytes + inside) * Planes + 2);
            var front = _colours[attribute & 15];
            var back = _colours[(attribute >> 4) & (blinking ? 7 : 15)];
            if (cell == cursor) glyph = 0xFF;
            for (var i = 0; i < 8; i++) to[x + i] = (glyph & (0x80 >> i)) != 0 ? front : back;
        }
    }

    /// <summary>The cell with the cursor if it shows in this row of cells; -1 = none. It does not blink: a picture that changes by itself costs
    /// everybody who looks at it.</summary>
    int CursorIn(int inside)
    {
        const int off = 0x20;
        var (first, last) = (vga.Crt[0xA], vga.Crt[0xB] & 31);
        if ((first & off) != 0 || inside < (first & 31) || inside > last) return -1;
        return ((vga.Crt[0xE] << 8) | vga.Crt[0xF]) * Planes;
    }

    void DrawPlanes(int row, Span<uint> to)
    {
        var from = Start + row * Stride;
        for (var x = 0; x < to.Length; x += 8)
        {
            var at = from + x / 8 * Planes;
            var (p0, p1, p2, p3) = (Get(at), Get(at + 1), Get(at + 2), Get(at + 3));
            for (var i = 0; i < 8; i++)
            {
                var bit = 7 - i;
                to[x + i] = _colours[(p0 >> bit & 1) | (p1 >> bit & 1) << 1 | (p2 >> bit & 1) << 2 | (p3 >> bit & 1) << 3];
            }
        }
    }

    // Four colours, two bits a pixel; odd rows in the upper half as on a CGA.
    void DrawPairs(int row, Span<uint> to)
    {
        const int upperHalf = 0x2000;
        var oddApart = (vga.Crt[0x17] & 1) == 0;
        var from = oddApart ? Start + (row >> 1) * Stride + (row & 1) * upperHalf * 2 : Start + row * Stride;
        for (var x = 0; x < to.Length; x++)
        {
            var at = x / 4;
            var value = Get(from + ((at & ~1) << 1) + (at & 1));
            to[x] = _colours[(value >> (6 - 2 * (x & 3))) & 3];
        }
    }

    void DrawBytes(int row, Span<uint> to)
    {
        var from = Start + row * Stride;
        for (var x = 0; x < to.Length; x++) to[x] = _colours[Get(from + x)];
    }

    // Planes wrap around at their 64 KiB.
    byte Get(int at) => memory.Span[at & 0x3FFFF];
}
