namespace RemoteChain.Surface;

/// <summary>The union of several damage entries as a short list of rectangles, with the newest stamps. Reused, never allocates.</summary>
public sealed class DamageRegion
{
    /// <summary>More rectangles than this are replaced by their bounding box.</summary>
    public const int RectanglesMax = 16;

    readonly SurfaceRectangle[] _rectangles = new SurfaceRectangle[RectanglesMax];
    int _count;

    /// <summary>The rectangles; together they cover every added one (and perhaps a little more).</summary>
    public ReadOnlySpan<SurfaceRectangle> Rectangles => _rectangles.AsSpan(0, _count);

    /// <summary>True when nothing was added.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>The geometry's generation that the rectangles belong to: take a full picture when the surface has another one.</summary>
    public uint Generation { get; private set; }

    /// <summary>The newest entry that was added (its stamps and its last input id); its rectangle is only its own.</summary>
    public DamageEntry Newest { get; private set; }

    /// <summary>The oldest entry that was added: what waited longest.</summary>
    public DamageEntry Oldest { get; private set; }

    /// <summary>The last input that the picture contains, from the newest entry that knew it; 0 = none did.</summary>
    public ulong LastInputId { get; private set; }

    /// <summary>Number of entries added.</summary>
    public int Entries { get; private set; }

    /// <summary>Smallest rectangle around all.</summary>
    public SurfaceRectangle Bounds
    {
        get
        {
            SurfaceRectangle bounds = default;
            foreach (var rectangle in Rectangles) bounds = bounds.Union(rectangle);
            return bounds;
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _count = 0;
        Entries = 0;
        Generation = 0;
        LastInputId = 0;
        Newest = Oldest = default;
    }

    /// <summary>Adds an entry: rectangle, stamps and input id. An entry of another generation than before (a resize lies between) makes the
    /// earlier rectangles meaningless: they are forgotten. Rectangles without stamps are of no generation, and stay.</summary>
    public void Add(in DamageEntry entry)
    {
        if (Entries == 0) Oldest = entry;
        if (Generation != 0 && entry.Generation != Generation) _count = 0;
        Generation = entry.Generation;
        Newest = entry;
        Entries++;
        if (entry.LastInputId != 0) LastInputId = entry.LastInputId;
        Add(entry.Rectangle);
    }

    /// <summary>Adds a rectangle without stamps (a full picture that the reader itself wants).</summary>
    public void Add(SurfaceRectangle rectangle)
    {
        if (rectangle.IsEmpty) return;
        // Swallow every rectangle that the new one can absorb without covering pixels that neither had (much); a grown one may absorb more.
        for (var i = 0; i < _count; i++)
        {
            var union = _rectangles[i].Union(rectangle);
            if (union == _rectangles[i]) return;
            if (union.Area > (_rectangles[i].Area + rectangle.Area) * SlackNumerator / SlackDenominator) continue;
            rectangle = union;
            _rectangles[i] = _rectangles[--_count];
            i = -1;
        }
        if (_count < RectanglesMax)
        {
            _rectangles[_count++] = rectangle;
            return;
        }
        rectangle = Bounds.Union(rectangle);
        _rectangles[0] = rectangle;
        _count = 1;
    }

    // A union may cover a tenth more than its parts: a few pixels too many cost less than another rectangle to encode.
    const long SlackNumerator = 11, SlackDenominator = 10;
}
