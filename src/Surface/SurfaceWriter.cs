using System.Runtime.CompilerServices;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>The one writer of a surface: an RDP back, an emulated machine. Used by one thread at a time. Nothing here allocates or
/// blocks.</summary>
/// <remarks>This file holds the size, the pixels and the damage; <c>SurfaceWriter.Pointer.cs</c> the pointer and the bells.</remarks>
public sealed unsafe partial class SurfaceWriter : IDisposable
{
    readonly SharedMapping _mapping;
    readonly DescriptorHandle _file;
    readonly ulong[] _bands = new ulong[SurfaceLayout.Bands];
    readonly DamageRegion _frame = new();
    SurfaceGeometry _geometry;
    uint _geometrySequence;
    ulong _damageHead;

    /// <summary>Maps the surface writable and repairs what a predecessor that died in mid-write left behind (the rows it was inside turn
    /// black
    /// and are published as damage). The caller keeps <paramref name="surface"/>.</summary>
    /// <exception cref="IOException">It cannot be mapped, or it is no surface of this version.</exception>
    public SurfaceWriter(DescriptorHandle surface)
    {
        _mapping = SharedMapping.TryMap(surface, writable: true, SurfaceLayout.Magic, SurfaceLayout.LengthMin)
            ?? throw new IOException("The descriptor is no writable surface of this version.");
        _file = surface.Duplicate();
        _damageHead = At<ulong>(SurfaceLayout.DamageHead);
        AdoptGeometry();
        AdoptPointer();
        AdoptBands();
    }

    /// <summary>The size now; not set before the first <see cref="Resize"/> of the first writer.</summary>
    public SurfaceGeometry Geometry => _geometry;

    /// <summary>True when a picture of this size fits.</summary>
    public bool Fits(int width, int height) =>
        width is >= 1 and <= SurfaceFile.SideMax && height is >= 1 and <= SurfaceFile.SideMax
        && SurfaceLayout.IsPossible(new(width, height, SurfaceGeometry.StrideOf(width), 1), _mapping.Length);

    /// <summary>Sets the size, turns the picture black, counts the generation and rings every bell. The same size again does so
    /// too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit: ask <see cref="Fits"/> first.</exception>
    public void Resize(int width, int height)
    {
        if (!Fits(width, height)) throw new ArgumentOutOfRangeException(nameof(width), $"{width} x {height} does not fit into this surface.");
        // Inside every band until the end, so that no reader takes new pixels for the old layout or the other way round.
        EnterBands(0, SurfaceLayout.Bands - 1);
        var generation = _geometry.Generation + 1;
        _geometry = new(width, height, SurfaceGeometry.StrideOf(width), generation == 0 ? 1 : generation);
        StoreGeometry();
        Blacken(SurfaceLayout.Pixels, _mapping.Length - SurfaceLayout.Pixels);
        LeaveBands(0, SurfaceLayout.Bands - 1);
        Publish(_geometry.Bounds, default, 0);
    }

    /// <summary>Copies pixels in. Readers see nothing of it until <see cref="Publish"/> tells them where to look.</summary>
    /// <param name="source">BGRX32 rows; its first byte is the rectangle's top left pixel.</param>
    /// <param name="sourceStrideBytes">Bytes from one row of the source to the next.</param>
    /// <param name="rectangle">Where; clipped to the picture by the caller.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not inside the picture, or the source is too short.</exception>
    public void WriteRectangle(ReadOnlySpan<byte> source, int sourceStrideBytes, SurfaceRectangle rectangle)
    {
        CheckInside(rectangle);
        if (rectangle.IsEmpty) return;
        PixelRows.CheckRoom(source.Length, sourceStrideBytes, rectangle);
        var first = rectangle.Y / SurfaceLayout.BandRows;
        var last = (rectangle.Bottom - 1) / SurfaceLayout.BandRows;
        EnterBands(first, last);
        CopyIn(source, sourceStrideBytes, rectangle);
        LeaveBands(first, last);
    }

    /// <summary>Adds a damage entry and rings every bell.</summary>
    /// <param name="damage">Inside the picture.</param>
    /// <param name="stamps">When it was received and decoded.</param>
    /// <param name="lastInputId">Last input that the picture contains; 0 = unknown.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not inside the picture.</exception>
    public void Publish(SurfaceRectangle damage, FrameStamps stamps, ulong lastInputId)
    {
        CheckInside(damage);
        if (damage.IsEmpty) return;
        AddDamage(damage, stamps, lastInputId, MonotonicClock.NowNanos());
        RingBells();
    }

    /// <summary>Copies several rectangles of one frame in as one step (a reader gets none or all of them), publishes them, and rings
    /// once.</summary>
    /// <param name="picture">The writer's whole decode buffer, BGRX32; its first byte is pixel (0, 0) of the picture.</param>
    /// <param name="pictureStrideBytes">Bytes from one row of the buffer to the next.</param>
    /// <param name="damage">What changed; parts outside the picture are cut off, close rectangles become one entry.</param>
    /// <param name="stamps">When it was received and decoded.</param>
    /// <param name="lastInputId">Last input that the picture contains; 0 = unknown.</param>
    /// <param name="ring">False: more follows at once, and the caller rings behind it (<see cref="Ring"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">The buffer is too short for the damage.</exception>
    public void PublishFrame(ReadOnlySpan<byte> picture, int pictureStrideBytes, ReadOnlySpan<SurfaceRectangle> damage, FrameStamps stamps,
        ulong lastInputId, bool ring = true)
    {
        _frame.Clear();
        foreach (var rectangle in damage) _frame.Add(rectangle.Intersect(_geometry.Bounds));
        if (_frame.IsEmpty) return;
        var bounds = _frame.Bounds;
        PixelRows.CheckRoom(picture.Length, pictureStrideBytes, new(0, 0, bounds.Right, bounds.Bottom));
        var first = bounds.Y / SurfaceLayout.BandRows;
        var last = (bounds.Bottom - 1) / SurfaceLayout.BandRows;
        EnterBands(first, last);
        foreach (var rectangle in _frame.Rectangles)
            CopyIn(picture[PixelRows.Offset(pictureStrideBytes, rectangle)..], pictureStrideBytes, rectangle);
        LeaveBands(first, last);
        var publishedNanos = MonotonicClock.NowNanos();
        foreach (var rectangle in _frame.Rectangles) AddDamage(rectangle, stamps, lastInputId, publishedNanos);
        if (ring) RingBells();
    }

    /// <summary>Unmaps and closes the bells. The surface keeps its picture for whoever looks at it.</summary>
    public void Dispose()
    {
        _mapping.Dispose();
        _file.Dispose();
        DisposeBells();
    }

    void CheckInside(SurfaceRectangle rectangle)
    {
        if (rectangle.X < 0 || rectangle.Y < 0 || (long)rectangle.X + rectangle.Width > _geometry.Width
            || (long)rectangle.Y + rectangle.Height > _geometry.Height)
            throw new ArgumentOutOfRangeException(nameof(rectangle), $"{rectangle} is not inside {_geometry}.");
    }

    void CopyIn(ReadOnlySpan<byte> source, int sourceStrideBytes, SurfaceRectangle rectangle)
    {
        var offset = SurfaceLayout.Pixels + PixelRows.Offset(_geometry.StrideBytes, rectangle);
        // SAFETY: CheckInside or Intersect held the rectangle to a geometry that fits the mapping; CheckRoom held it to the source.
        fixed (byte* from = source)
            PixelRows.Copy(from, sourceStrideBytes, _mapping.Start + offset, _geometry.StrideBytes, rectangle);
    }

    /// <summary>Makes the counters odd. The fence keeps every later pixel store behind them.</summary>
    internal void EnterBands(int first, int last)
    {
        for (var band = first; band <= last; band++) Volatile.Write(ref At<ulong>(BandOffset(band)), ++_bands[band]);
        Interlocked.MemoryBarrier();
    }

    /// <summary>Makes the counters even again; each is a release store, so that every earlier pixel store is before it.</summary>
    void LeaveBands(int first, int last)
    {
        for (var band = first; band <= last; band++) Volatile.Write(ref At<ulong>(BandOffset(band)), ++_bands[band]);
    }

    void AddDamage(SurfaceRectangle damage, FrameStamps stamps, ulong lastInputId, long publishedNanos)
    {
        var sequence = _damageHead + 1;
        ref var slot = ref At<DamageSlot>(SurfaceLayout.DamageRing + (int)(sequence % SurfaceLayout.DamageEntries) * sizeof(DamageSlot));
        // A reader that is just copying the old entry must find the number gone before any field changes.
        Volatile.Write(ref slot.Sequence, 0);
        Interlocked.MemoryBarrier();
        slot.X = damage.X;
        slot.Y = damage.Y;
        slot.Width = damage.Width;
        slot.Height = damage.Height;
        slot.Generation = _geometry.Generation;
        slot.LastInputId = lastInputId;
        slot.ReceivedNanos = stamps.ReceivedNanos;
        slot.DecodedNanos = stamps.DecodedNanos;
        slot.PublishedNanos = publishedNanos;
        Volatile.Write(ref slot.Sequence, sequence);
        _damageHead = sequence;
        Volatile.Write(ref At<ulong>(SurfaceLayout.DamageHead), sequence);
    }

    void StoreGeometry()
    {
        Volatile.Write(ref At<uint>(SurfaceLayout.GeometrySequence), ++_geometrySequence);
        Interlocked.MemoryBarrier();
        At<int>(SurfaceLayout.Width) = _geometry.Width;
        At<int>(SurfaceLayout.Height) = _geometry.Height;
        At<int>(SurfaceLayout.Stride) = _geometry.StrideBytes;
        At<uint>(SurfaceLayout.Generation) = _geometry.Generation;
        Volatile.Write(ref At<uint>(SurfaceLayout.GeometrySequence), ++_geometrySequence);
    }

    /// <summary>Takes the predecessor's size over, or none when it is half written or impossible: it may have been killed, or
    /// hijacked.</summary>
    void AdoptGeometry()
    {
        _geometrySequence = At<uint>(SurfaceLayout.GeometrySequence);
        SurfaceGeometry found = new(At<int>(SurfaceLayout.Width), At<int>(SurfaceLayout.Height), At<int>(SurfaceLayout.Stride),
            At<uint>(SurfaceLayout.Generation));
        var whole = (_geometrySequence & 1) == 0;
        _geometrySequence &= ~1u;
        if (whole && SurfaceLayout.IsPossible(found, _mapping.Length))
        {
            _geometry = found;
            return;
        }
        _geometry = new(0, 0, 0, found.Generation);
        StoreGeometry();
    }

    /// <summary>Leaves the bands that a predecessor died in; what it half wrote there turns black, because nobody knows what it
    /// is.</summary>
    void AdoptBands()
    {
        for (var band = 0; band < SurfaceLayout.Bands; band++)
        {
            _bands[band] = At<ulong>(BandOffset(band));
            if ((_bands[band] & 1) == 0) continue;
            var rows = _geometry.Bounds.Intersect(new(0, band * SurfaceLayout.BandRows, _geometry.Width, SurfaceLayout.BandRows));
            if (!rows.IsEmpty)
                new Span<byte>(_mapping.Start + SurfaceLayout.Pixels + (long)rows.Y * _geometry.StrideBytes,
                    rows.Height * _geometry.StrideBytes).Clear();
            LeaveBands(band, band);
            if (!rows.IsEmpty) AddDamage(rows, default, 0, MonotonicClock.NowNanos());
        }
    }

    /// <summary>Zeroes by giving the pages back, so that a smaller picture also costs less memory.</summary>
    void Blacken(long offset, long length)
    {
        const int mode = Fcntl.FALLOC_FL_PUNCH_HOLE | Fcntl.FALLOC_FL_KEEP_SIZE;
        if (Fcntl.fallocate(_file.Descriptor, mode, offset, length) == 0) return;
        // SAFETY: offset and length are inside the mapping.
        for (var done = 0L; done < length;)
        {
            var part = (int)Math.Min(length - done, int.MaxValue);
            new Span<byte>(_mapping.Start + offset + done, part).Clear();
            done += part;
        }
    }

    static int BandOffset(int band) => SurfaceLayout.BandCounters + band * sizeof(ulong);

    // SAFETY: every offset is a constant of SurfaceLayout or an index checked against its table, all below LengthMin.
    ref T At<T>(int offset) where T : unmanaged => ref Unsafe.AsRef<T>(_mapping.Start + offset);
}
