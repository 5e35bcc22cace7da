namespace RemoteChain.Surface;

/// <summary>The union of several damage entries as a short list of rectangles, with the newest stamps. Reused, never allocates.</summary>
public sealed class DamageRegion
{
    /// <summary>More rectangles than this are replaced by their bounding box.</summary>
    public const int RectanglesMax = 16;

    readonly SurfaceRectangle[] _rectangles = new SurfaceRectangle[RectanglesMax];

    /// <summary>The rectangles; together they cover every added one (and perhaps a little more).</summary>
    public ReadOnlySpan<SurfaceRectangle> Rectangles => throw new NotImplementedException();

    /// <summary>True when nothing was added.</summary>
    public bool IsEmpty => throw new NotImplementedException();

    /// <summary>The newest entry that was added (its stamps and its last input id); its rectangle is only its own.</summary>
    public DamageEntry Newest => throw new NotImplementedException();

    /// <summary>The oldest entry that was added: what waited longest.</summary>
    public DamageEntry Oldest => throw new NotImplementedException();

    /// <summary>Highest known last input id among the entries; 0 = none was known.</summary>
    public ulong LastInputId => throw new NotImplementedException();

    /// <summary>Number of entries added.</summary>
    public int Entries => throw new NotImplementedException();

    /// <summary>Smallest rectangle around all.</summary>
    public SurfaceRectangle Bounds => throw new NotImplementedException();

    /// <summary>Forgets everything.</summary>
    public void Clear() => throw new NotImplementedException();

    /// <summary>Adds an entry: rectangle, stamps and input id.</summary>
    public void Add(in DamageEntry entry) => throw new NotImplementedException();

    /// <summary>Adds a rectangle without stamps (a full picture that the reader itself wants).</summary>
    public void Add(SurfaceRectangle rectangle) => throw new NotImplementedException();
}
