using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>Where text appears next: followed from one key's picture to the next, and by the blinking that goes with it.</summary>
internal sealed class Caret
{
    private const int GlyphMin = 3, GlyphMax = 48, LineMax = 96, CoalescedMax = 16;
    private const int CaretHeightMin = 6, CaretHeightMax = 48;
    private const long SeenLatelyNanos = 1_500_000_000;
    private const double BlinkOctaves = 0.3;

    // Text goes on where so many keys in a row were followed by a picture.
    private const int SuspectKeysMin = 3;

    private SurfaceRectangle _text;
    private int _sureOfGlyph;
    private double _blinkOctave;
    private long _seenNanos;
    private SurfaceRectangle _suspect;
    private ulong _suspectKey;
    private int _suspectKeys;

    /// <summary>The caret's own rhythm; it goes with the caret, so it is not a tile's.</summary>
    private TileHistory _blink;

    /// <summary>False before the first key's picture.</summary>
    internal bool IsKnown => !Box.IsEmpty;

    /// <summary>Where the caret is believed to be.</summary>
    internal SurfaceRectangle Box { get; private set; }

    /// <summary>Width of a glyph in pixels, believed or guessed.</summary>
    internal int GlyphWidth { get; private set; } = 8;

    private bool IsGlyphSure => _sureOfGlyph >= 2;

    /// <summary>How many keys this picture of text answers, by how far it goes beyond the last one; 0 when it does not tell.</summary>
    internal int KeysIn(in SurfaceRectangle area)
    {
        if (!IsGlyphSure || area.Y != _text.Y || area.Height != _text.Height)
        {
            return 0;
        }

        int advance = area.Right - _text.Right;
        int keys = (advance + GlyphWidth / 2) / GlyphWidth;
        return keys is >= 1 and <= CoalescedMax && Math.Abs(advance - keys * GlyphWidth) <= 1 ? keys : 0;
    }

    /// <summary>A key was answered here.</summary>
    /// <param name="area">The first area of its picture.</param>
    /// <param name="keys">How many keys the picture answers.</param>
    /// <param name="nanos">When its first byte was received.</param>
    internal void Typed(in SurfaceRectangle area, int keys, long nanos)
    {
        if (area.Height > LineMax || area.Width > GlyphMax * (CoalescedMax + 1))
        {
            // A page moved: the caret is still somewhere in it, where is not known.
            return;
        }

        int advance = area.Right - _text.Right;
        if (keys == 1 && area.Y == _text.Y && area.Height == _text.Height && advance is >= GlyphMin and <= GlyphMax)
        {
            _sureOfGlyph = advance == GlyphWidth ? Math.Min(_sureOfGlyph + 1, 8) : _sureOfGlyph - 1;
            if (_sureOfGlyph < 0)
            {
                (GlyphWidth, _sureOfGlyph) = (advance, 0);
            }
        }

        _seenNanos = nanos;
        if (IsGlyphSure && area.Height > _text.Height && area.Width > GlyphWidth * 2 && keys == 1)
        {
            // One key that painted more than one line: the text went on at the left of the next one.
            Move(new(area.X, area.Bottom - _text.Height, GlyphWidth, _text.Height), nanos);
            return;
        }

        _text = area;
        int width = Math.Min(GlyphWidth, area.Width);
        Box = new(area.Right - width, area.Y, width, area.Height);
    }

    /// <summary>How many areas like this one, per second and octave, the caret paints by itself.</summary>
    internal double Density(in SurfaceRectangle area, long nanos, double octave) =>
        IsKnown && area.Height <= LineMax ? _blink.Density(nanos, octave) : 0;

    /// <summary>Nobody's action painted this: if it is the caret's blinking, its rhythm is learned and its place followed.</summary>
    internal void Blinked(in SurfaceRectangle area, long nanos, double weight)
    {
        double octave = Background.Octave(area);
        bool alike = _blinkOctave > 0 && Math.Abs(octave - _blinkOctave) < BlinkOctaves;
        bool here = IsKnown && area.Width <= 2 * GlyphWidth && area.Height <= LineMax
            && !area.Intersect(Around(2 * GlyphWidth)).IsEmpty;
        if (!here && !(alike && _blink.IsOnBeat(nanos)))
        {
            return;
        }

        _blink.Learn(nanos, octave, weight);
        _blinkOctave = octave;
        if (here)
        {
            _seenNanos = nanos;
        }
        else
        {
            Move(area, nanos);
        }
    }

    /// <summary>Something small and upright keeps the slow rhythm of a caret: there it is, unless it was seen elsewhere lately.</summary>
    internal void Guess(in SurfaceRectangle area, long nanos)
    {
        bool isAlike = _blinkOctave <= 0 || Math.Abs(Background.Octave(area) - _blinkOctave) < BlinkOctaves;
        bool isUpright = area.Height is >= CaretHeightMin and <= CaretHeightMax && area.Width <= area.Height;
        if (isAlike && isUpright && nanos > _seenNanos + SeenLatelyNanos)
        {
            Move(area, nanos);
        }
    }

    /// <summary>
    /// A key that has no picture was followed by this, in a place that is still by itself. Where that happens key after key, text goes on,
    /// however far from where it was: behind a long line, in another field, in another program.
    /// </summary>
    /// <param name="area">What was painted.</param>
    /// <param name="key">The newest key.</param>
    /// <param name="nanos">When it was received.</param>
    internal void Suspect(in SurfaceRectangle area, ulong key, long nanos)
    {
        if (key == _suspectKey || area.Height > LineMax || area.Width > GlyphMax * 2 || IsNear(area))
        {
            return;
        }

        int reach = 3 * GlyphWidth;
        bool isThere = area.Y == _suspect.Y && area.Height == _suspect.Height && area.X <= _suspect.Right + reach && area.Right >= _suspect.X - reach;
        (_suspect, _suspectKey, _suspectKeys) = (area, key, isThere ? _suspectKeys + 1 : 1);
        if (_suspectKeys >= SuspectKeysMin)
        {
            Move(area, nanos);
        }
    }

    /// <summary>Whether the caret would blink now.</summary>
    internal bool IsOnBeat(in SurfaceRectangle area, long nanos) =>
        _blink.IsOnBeat(nanos) && Math.Abs(Background.Octave(area) - _blinkOctave) < BlinkOctaves;

    /// <summary>Whether this is no more than the caret itself, which no glyph is: a glyph pushes the caret on.</summary>
    internal bool Holds(in SurfaceRectangle area) => IsGlyphSure && Box.Contains(area);

    /// <summary>Whether this has the size of a glyph and the caret behind it, wherever it is.</summary>
    internal bool IsLikeAGlyph(in SurfaceRectangle area) => IsGlyphSure
        && area.Height == _text.Height && area.Width > GlyphWidth && area.Width <= 2 * GlyphWidth;

    /// <summary>Whether this is text at the caret, by place and size.</summary>
    internal bool IsNear(in SurfaceRectangle area) => IsKnown
        && area.Height <= 3 * Box.Height && area.Width <= 20 * GlyphWidth && !area.Intersect(Around(3 * GlyphWidth)).IsEmpty;

    /// <summary>The caret's box with this many pixels around it.</summary>
    internal SurfaceRectangle Around(int pixels) =>
        new(Box.X - pixels, Box.Y - pixels / 2, Box.Width + 2 * pixels, Box.Height + pixels);

    private void Move(in SurfaceRectangle area, long nanos) => (Box, _text, _seenNanos) = (area, area, nanos);

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        (Box, _text, _blink, _blinkOctave, _sureOfGlyph, GlyphWidth, _seenNanos) = (default, default, default, 0, 0, 8, 0);
        (_suspect, _suspectKey, _suspectKeys) = (default, 0, 0);
    }
}
