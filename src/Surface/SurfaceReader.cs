namespace RemoteChain.Surface;

/// <summary>One of any number of readers of a surface, read-only. Used by one thread at a time. It believes no value in the file: copy, check, use.
/// Starts behind all damage that was published before: take a full picture first.</summary>
public sealed unsafe class SurfaceReader : IDisposable
{
    /// <summary>How long a reader waits for a writer that is inside before it reports <see cref="SurfaceRead.WriterStalled"/>.</summary>
    public const int StallMillisDefault = 500;

    /// <summary>Maps the surface read-only. The caller keeps <paramref name="surface"/>.</summary>
    /// <param name="surface">The memory file, opened at least for reading.</param>
    /// <param name="reader">The reader when true.</param>
    /// <param name="stallMillis">Bound of every wait for the writer.</param>
    /// <returns>False when it is no sealed surface of this version.</returns>
    public static bool TryOpen(DescriptorHandle surface, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SurfaceReader? reader,
        int stallMillis = StallMillisDefault) => throw new NotImplementedException();

    /// <summary>Reads the size now.</summary>
    /// <returns><see cref="SurfaceRead.Copied"/>, or <see cref="SurfaceRead.GeometryChanged"/> when none was ever set, or what is wrong.</returns>
    public SurfaceRead ReadGeometry(out SurfaceGeometry geometry) => throw new NotImplementedException();

    /// <summary>Reads the next damage entry. After a resize an entry of the new generation always follows.</summary>
    public DamageRead TryReadDamage(out DamageEntry entry) => throw new NotImplementedException();

    /// <summary>Adds all that is new to a region. Entries of an older generation than the newest one are left out of its rectangles.</summary>
    /// <returns><see cref="DamageRead.Entry"/> when something was added, else what happened instead.</returns>
    public DamageRead Drain(DamageRegion region) => throw new NotImplementedException();

    /// <summary>Forgets all damage up to now: call it before taking a full picture.</summary>
    public void SkipDamage() => throw new NotImplementedException();

    /// <summary>Copies a rectangle of one moment out.</summary>
    /// <param name="geometry">The geometry that the caller works with.</param>
    /// <param name="rectangle">Inside that geometry.</param>
    /// <param name="destination">Its first byte gets the rectangle's top left pixel. Undefined content unless <see cref="SurfaceRead.Copied"/>
    /// is returned: give a buffer whose content may be lost, or copy again.</param>
    /// <param name="destinationStrideBytes">Bytes from one row of the destination to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not inside the geometry, or the destination is too short.</exception>
    public SurfaceRead CopyRectangle(in SurfaceGeometry geometry, SurfaceRectangle rectangle, Span<byte> destination, int destinationStrideBytes) =>
        throw new NotImplementedException();

    /// <summary>The serial of the pointer's shape and of its position: cheap to compare before reading them.</summary>
    public (uint Shape, uint Position) PointerSerials => throw new NotImplementedException();

    /// <summary>Copies the pointer's shape out.</summary>
    /// <param name="shape">Shape and size.</param>
    /// <param name="bitmap">At least <see cref="PointerShape.BitmapBytesMax"/> bytes; filled for <see cref="PointerKind.Bitmap"/>.</param>
    public SurfaceRead ReadPointer(out PointerShape shape, Span<byte> bitmap) => throw new NotImplementedException();

    /// <summary>Where the host last moved the pointer to.</summary>
    public PointerPosition PointerPosition => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
