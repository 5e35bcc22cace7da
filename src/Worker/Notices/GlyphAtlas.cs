using System.Buffers.Binary;

namespace RemoteChain.Worker.Notices;

/// <summary>The letters of one size: Latin-1 and a few more, as coverage (0 to 255) of rectangles of one height. Made by make-atlas.sh.</summary>
sealed class GlyphAtlas
{
    const int HeaderBytes = 10, EntryBytes = 4;
    const char Replacement = '?';

    static readonly Lazy<GlyphAtlas> s_normal = new(() => Load("notice-18.atlas"));
    static readonly Lazy<GlyphAtlas> s_large = new(() => Load("notice-30.atlas"));

    readonly byte[] _coverage;
    readonly Dictionary<char, Glyph> _glyphs = [];

    GlyphAtlas(byte[] file)
    {
        if (!file.AsSpan(0, 4).SequenceEqual("GLY1"u8)) throw new InvalidDataException("The glyph atlas is of another format.");
        LineHeight = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(4));
        Ascent = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(6));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        var at = HeaderBytes + (count * EntryBytes);
        for (var i = 0; i < count; i++)
        {
            var entry = file.AsSpan(HeaderBytes + (i * EntryBytes), EntryBytes);
            _glyphs[(char)BinaryPrimitives.ReadUInt16LittleEndian(entry)] = new(at, entry[2], entry[3]);
            at += entry[3] * LineHeight;
        }

        _coverage = file;
    }

    /// <summary>Rows of every letter.</summary>
    public int LineHeight { get; }

    /// <summary>Rows above the base line.</summary>
    public int Ascent { get; }

    /// <summary>The size that suits a desktop of this height.</summary>
    public static GlyphAtlas For(int desktopHeight) => desktopHeight >= 1400 ? s_large.Value : s_normal.Value;

    /// <summary>Pixels from the start of a letter to the start of the next.</summary>
    public int Advance(char letter) => Find(letter).Advance;

    /// <summary>Pixels that a text takes.</summary>
    public int Width(ReadOnlySpan<char> text)
    {
        var width = 0;
        foreach (var letter in text) width += Advance(letter);
        return width;
    }

    /// <summary>The coverage of one letter: <see cref="LineHeight"/> rows of the returned width, the first column one pixel left of its place.</summary>
    public ReadOnlySpan<byte> Coverage(char letter, out int width)
    {
        var glyph = Find(letter);
        width = glyph.Width;
        return _coverage.AsSpan(glyph.Offset, glyph.Width * LineHeight);
    }

    Glyph Find(char letter) => _glyphs.TryGetValue(letter, out var glyph) ? glyph : _glyphs[Replacement];

    static GlyphAtlas Load(string name)
    {
        using var stream = typeof(GlyphAtlas).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return new GlyphAtlas(file);
    }

    readonly record struct Glyph(int Offset, int Advance, int Width);
}
