using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RemoteChain.Surface;

/// <summary>One of any number of readers of a surface, read-only. Used by one thread at a time. It believes no value in the file: copy,
/// check, use.
/// Starts behind all damage that was published before: take a full picture first.</summary>
/// <remarks>This file holds the size, the pixels and the pointer; <c>SurfaceReader.Damage.cs</c> the damage ring.</remarks>
public sealed unsafe partial class SurfaceReader : IDisposable
{
    /// <summary>How long a reader waits for a writer that is inside before it reports <see cref="SurfaceRead.WriterStalled"/>.</summary>
    public const int StallMillisDefault = 500;

    readonly SharedMapping _mapping;
    readonly long _stallNanos;

    SurfaceReader(SharedMapping mapping, int stallMillis)
    {
        _mapping = mapping;
        _stallNanos = stallMillis * 1_000_000L;
        SkipDamage();
    }

    /// <summary>Maps the surface read-only. The caller keeps <paramref name="surface"/>.</summary>
    /// <param name="surface">The memory file, opened at least for reading.</param>
    /// <param name="reader">The reader when true.</param>
    /// <param name="stallMillis">Bound of every wait for the writer.</param>
    /// <returns>False when it is no sealed surface of this version.</returns>
    public static bool TryOpen(DescriptorHandle surface, [NotNullWhen(true)] out SurfaceReader? reader, int stallMillis = StallMillisDefault)
    {
        var mapping = SharedMapping.TryMap(surface, writable: false, SurfaceLayout.Magic, SurfaceLayout.LengthMin);
        reader = mapping is null ? null : new SurfaceReader(mapping, stallMillis);
        return reader is not null;
    }

    /// <summary>Reads the size now.</summary>
    /// <returns><see cref="SurfaceRead.Copied"/>, or <see cref="SurfaceRead.GeometryChanged"/> when none was ever set, or what is
    /// wrong.</returns>
    public SurfaceRead ReadGeometry(out SurfaceGeometry geometry) => ReadGeometry(out geometry, out _);

    /// <summary>Copies a rectangle of one moment out.</summary>
    /// <param name="geometry">The geometry that the caller works with.</param>
    /// <param name="rectangle">Inside that geometry; an entry's rectangle that is not comes from a corrupt surface, and the answer says
    /// so.</param>
    /// <param name="destination">Its first byte gets the rectangle's top left pixel. Undefined content unless
    /// <see cref="SurfaceRead.Copied"/>
    /// is returned: give a buffer whose content may be lost, or copy again.</param>
    /// <param name="destinationStrideBytes">Bytes from one row of the destination to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">The destination is too short.</exception>
    public SurfaceRead CopyRectangle(in SurfaceGeometry geometry, SurfaceRectangle rectangle, Span<byte> destination, int destinationStrideBytes)
    {
        var wanted = geometry;
        if (!wanted.IsSet) return SurfaceRead.GeometryChanged;
        if (!SurfaceLayout.IsPossible(wanted, _mapping.Length) || rectangle.X < 0 || rectangle.Y < 0
            || rectangle.Width > wanted.Width - rectangle.X || rectangle.Height > wanted.Height - rectangle.Y)
            return SurfaceRead.Corrupt;
        if (rectangle.IsEmpty) return SurfaceRead.Copied;
        PixelRows.CheckRoom(destination.Length, destinationStrideBytes, rectangle);
        var first = rectangle.Y / SurfaceLayout.BandRows;
        var last = (rectangle.Bottom - 1) / SurfaceLayout.BandRows;
        Span<ulong> before = stackalloc ulong[SurfaceLayout.Bands];
        var wait = new WriterWait(_stallNanos);
        while (true)
        {
            var read = ReadGeometry(out var now, out var geometrySequence);
            if (read != SurfaceRead.Copied) return read;
            if (now != wanted) return SurfaceRead.GeometryChanged;
            if (ReadBands(first, last, before, out var busy))
            {
                var offset = SurfaceLayout.Pixels + PixelRows.Offset(wanted.StrideBytes, rectangle);
                // SAFETY: the rectangle is inside a geometry that fits the mapping, both held in locals; CheckRoom held it to the
                // destination.
                fixed (byte* to = destination)
                    PixelRows.Copy(_mapping.Start + offset, wanted.StrideBytes, to, destinationStrideBytes, rectangle);
                // Every pixel load is before the second look at the counters.
                Interlocked.MemoryBarrier();
                if (AreBands(first, last, before, out busy)
                    && Volatile.Read(ref At<uint>(SurfaceLayout.GeometrySequence)) == geometrySequence) return SurfaceRead.Copied;
            }
            if (!wait.Once(busy, out var outcome)) return outcome;
        }
    }

    /// <summary>The serial of the pointer's shape and of its position: cheap to compare before reading them.</summary>
    public (uint Shape, uint Position) PointerSerials =>
        (Volatile.Read(ref At<uint>(SurfaceLayout.PointerSerial)), (uint)(Volatile.Read(ref At<ulong>(SurfaceLayout.PointerPosition)) >> 32));

    /// <summary>Copies the pointer's shape out.</summary>
    /// <param name="shape">Shape and size.</param>
    /// <param name="bitmap">At least <see cref="PointerShape.BitmapBytesMax"/> bytes; filled for <see cref="PointerKind.Bitmap"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bitmap is too short.</exception>
    public SurfaceRead ReadPointer(out PointerShape shape, Span<byte> bitmap)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bitmap.Length, PointerShape.BitmapBytesMax, nameof(bitmap));
        var wait = new WriterWait(_stallNanos);
        while (true)
        {
            var sequence = Volatile.Read(ref At<uint>(SurfaceLayout.PointerSequence));
            shape = new(At<uint>(SurfaceLayout.PointerSerial), (PointerKind)At<uint>(SurfaceLayout.PointerKind), At<int>(SurfaceLayout.PointerWidth),
                At<int>(SurfaceLayout.PointerHeight), At<int>(SurfaceLayout.PointerHotspotX), At<int>(SurfaceLayout.PointerHotspotY));
            var possible = IsPossible(shape);
            if (possible && shape.Kind == PointerKind.Bitmap)
                // SAFETY: a possible shape is no larger than the bitmap's room, and so is the destination.
                new ReadOnlySpan<byte>(_mapping.Start + SurfaceLayout.PointerBitmap, shape.Width * shape.Height * SurfaceFile.BytesPerPixel)
                    .CopyTo(bitmap);
            Interlocked.MemoryBarrier();
            var after = Volatile.Read(ref At<uint>(SurfaceLayout.PointerSequence));
            if ((sequence & 1) == 0 && after == sequence) return possible ? SurfaceRead.Copied : SurfaceRead.Corrupt;
            if (!wait.Once(after, out var outcome)) return outcome;
        }
    }

    /// <summary>Where the host last moved the pointer to.</summary>
    public PointerPosition PointerPosition
    {
        get
        {
            var packed = Volatile.Read(ref At<ulong>(SurfaceLayout.PointerPosition));
            return new((uint)(packed >> 32), (ushort)(packed >> 16), (ushort)packed);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _mapping.Dispose();

    SurfaceRead ReadGeometry(out SurfaceGeometry geometry, out uint sequence)
    {
        var wait = new WriterWait(_stallNanos);
        while (true)
        {
            sequence = Volatile.Read(ref At<uint>(SurfaceLayout.GeometrySequence));
            geometry = new(At<int>(SurfaceLayout.Width), At<int>(SurfaceLayout.Height), At<int>(SurfaceLayout.Stride),
                At<uint>(SurfaceLayout.Generation));
            Interlocked.MemoryBarrier();
            var after = Volatile.Read(ref At<uint>(SurfaceLayout.GeometrySequence));
            if ((sequence & 1) == 0 && after == sequence) break;
            if (!wait.Once(after, out var outcome)) return outcome;
        }
        if (!geometry.IsSet) return SurfaceRead.GeometryChanged;
        return SurfaceLayout.IsPossible(geometry, _mapping.Length) ? SurfaceRead.Copied : SurfaceRead.Corrupt;
    }

    /// <summary>Notes the counters; false with the first odd one.</summary>
    bool ReadBands(int first, int last, Span<ulong> counters, out ulong odd)
    {
        odd = 0;
        for (var band = first; band <= last; band++)
        {
            counters[band] = Volatile.Read(ref At<ulong>(BandOffset(band)));
            if ((counters[band] & 1) == 0) continue;
            odd = counters[band];
            return false;
        }
        return true;
    }

    /// <summary>True when no counter has moved; false with the first that has.</summary>
    bool AreBands(int first, int last, ReadOnlySpan<ulong> counters, out ulong moved)
    {
        moved = 0;
        for (var band = first; band <= last; band++)
        {
            moved = Volatile.Read(ref At<ulong>(BandOffset(band)));
            if (moved != counters[band]) return false;
        }
        return true;
    }

    static bool IsPossible(in PointerShape shape) => shape.Kind switch
    {
        PointerKind.Default or PointerKind.Hidden => true,
        PointerKind.Bitmap => shape.Width is >= 1 and <= PointerShape.SizeMax && shape.Height is >= 1 and <= PointerShape.SizeMax
            && (uint)shape.HotspotX < (uint)shape.Width && (uint)shape.HotspotY < (uint)shape.Height,
        _ => false,
    };

    static int BandOffset(int band) => SurfaceLayout.BandCounters + band * sizeof(ulong);

    // SAFETY: every offset is a constant of SurfaceLayout or an index checked against its table, all below LengthMin.
    ref T At<T>(int offset) where T : unmanaged => ref Unsafe.AsRef<T>(_mapping.Start + offset);
}
