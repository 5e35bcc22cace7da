namespace RemoteChain.Surface.Tests;

/// <summary>One writer and one reader in the same process: the rules, without races.</summary>
public sealed class SurfaceTests : IDisposable
{
    readonly DescriptorHandle _file = SurfaceFile.Create(512, 256);
    readonly SurfaceWriter _writer;
    readonly SurfaceReader _reader;

    public SurfaceTests()
    {
        _writer = new SurfaceWriter(_file);
        Assert.True(SurfaceReader.TryOpen(_file, out var reader, stallMillis: 50));
        _reader = reader;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void Geometry_NeverSet_SaysSo()
    {
        Assert.Equal(SurfaceRead.GeometryChanged, _reader.ReadGeometry(out var geometry));
        Assert.False(geometry.IsSet);
        Assert.Equal(SurfaceRead.GeometryChanged, _reader.CopyRectangle(geometry, new(0, 0, 1, 1), new byte[4], 4));
        Assert.Equal(DamageRead.None, _reader.TryReadDamage(out _));
    }

    [Fact]
    public void Publish_Rectangle_ArrivesWithStampsAndPixels()
    {
        _writer.Resize(100, 80);
        _reader.SkipDamage();
        var source = Pattern(20 * 4 * 10);
        _writer.WriteRectangle(source, 20 * 4, new(7, 60, 20, 10));
        var before = MonotonicClock.NowNanos();
        _writer.Publish(new(7, 60, 20, 10), new(11, 12), 99);

        Assert.Equal(DamageRead.Entry, _reader.TryReadDamage(out var entry));
        Assert.Equal((new SurfaceRectangle(7, 60, 20, 10), 1u, 99ul, 11L, 12L),
            (entry.Rectangle, entry.Generation, entry.LastInputId, entry.ReceivedNanos, entry.DecodedNanos));
        Assert.InRange(entry.PublishedNanos, before, MonotonicClock.NowNanos());
        Assert.Equal(DamageRead.None, _reader.TryReadDamage(out _));

        Assert.Equal(SurfaceRead.Copied, _reader.ReadGeometry(out var geometry));
        Assert.Equal(new(100, 80, 448, 1), geometry);
        var copy = new byte[source.Length];
        Assert.Equal(SurfaceRead.Copied, _reader.CopyRectangle(geometry, entry.Rectangle, copy, 20 * 4));
        Assert.Equal(source, copy);
    }

    [Fact]
    public void PublishFrame_RectanglesOutside_AreCutAndRingsOnce()
    {
        _writer.Resize(100, 80);
        _reader.SkipDamage();
        using var bell = Bell.Create();
        Assert.True(_writer.AttachBell(3, new Bell(bell.Handle.Duplicate())));
        Assert.True(bell.Clear());
        var picture = Pattern(100 * 4 * 80);
        _writer.PublishFrame(picture, 400, [new(-5, -5, 10, 10), new(90, 70, 50, 50), new(200, 200, 5, 5), default], default, 0);
        Assert.True(bell.Clear());
        Assert.False(bell.Clear());

        var region = new DamageRegion();
        Assert.Equal(DamageRead.Entry, _reader.Drain(region));
        Assert.Equal([new(0, 0, 5, 5), new(90, 70, 10, 10)], region.Rectangles.ToArray());
        _reader.ReadGeometry(out var geometry);
        var copy = new byte[10 * 4 * 10];
        Assert.Equal(SurfaceRead.Copied, _reader.CopyRectangle(geometry, new(90, 70, 10, 10), copy, 40));
        Assert.Equal(picture.AsSpan(70 * 400 + 360, 40), copy.AsSpan(0, 40));
        Assert.Equal(picture.AsSpan(79 * 400 + 360, 40), copy.AsSpan(360, 40));
    }

    [Fact]
    public void PublishFrame_Silently_IsThereAndRungForLater()
    {
        _writer.Resize(100, 80);
        _reader.SkipDamage();
        using var bell = Bell.Create();
        Assert.True(_writer.AttachBell(3, new Bell(bell.Handle.Duplicate())));
        Assert.True(bell.Clear());
        _writer.PublishFrame(Pattern(100 * 4 * 80), 400, [new(0, 0, 5, 5)], default, 0, ring: false);
        Assert.False(bell.Clear());
        Assert.Equal(DamageRead.Entry, _reader.Drain(new DamageRegion()));
        _writer.Ring();
        Assert.True(bell.Clear());
    }

    [Fact]
    public void Resize_WhileAReaderHoldsTheOldSize_TellsItAndTurnsBlack()
    {
        _writer.Resize(100, 80);
        _writer.PublishFrame(Pattern(100 * 4 * 80), 400, [new(0, 0, 100, 80)], default, 0);
        _reader.ReadGeometry(out var old);
        _reader.SkipDamage();
        _writer.Resize(120, 90);
        Assert.Equal(SurfaceRead.GeometryChanged, _reader.CopyRectangle(old, old.Bounds, new byte[400 * 80], 400));
        Assert.Equal(DamageRead.Entry, _reader.TryReadDamage(out var entry));
        Assert.Equal((new SurfaceRectangle(0, 0, 120, 90), 2u), (entry.Rectangle, entry.Generation));
        _reader.ReadGeometry(out var now);
        var copy = Pattern(480 * 90);
        Assert.Equal(SurfaceRead.Copied, _reader.CopyRectangle(now, now.Bounds, copy, 480));
        Assert.False(copy.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Drain_RingOverrun_FellBehindOnceThenGoesOn()
    {
        _writer.Resize(100, 80);
        _reader.SkipDamage();
        for (var i = 0; i < SurfaceLayout.DamageEntries + 1; i++) _writer.Publish(new(1, 1, 2, 2), default, 0);
        var region = new DamageRegion();
        Assert.Equal(DamageRead.FellBehind, _reader.Drain(region));
        Assert.Equal(DamageRead.None, _reader.Drain(region));
        _writer.Publish(new(5, 5, 6, 6), default, 0);
        Assert.Equal(DamageRead.Entry, _reader.TryReadDamage(out var entry));
        Assert.Equal(new(5, 5, 6, 6), entry.Rectangle);
    }

    [Fact]
    public void Drain_RingExactlyFull_LosesNothing()
    {
        _writer.Resize(100, 80);
        _reader.SkipDamage();
        for (var i = 0; i < SurfaceLayout.DamageEntries; i++) _writer.Publish(new(i % 100, 0, 1, 1), default, (ulong)i);
        var region = new DamageRegion();
        Assert.Equal(DamageRead.Entry, _reader.Drain(region));
        Assert.Equal(SurfaceLayout.DamageEntries, region.Entries);
        Assert.Equal((ulong)SurfaceLayout.DamageEntries - 1, region.LastInputId);
    }

    [Fact]
    public void Copy_WriterInsideOtherRows_IsNotDisturbed()
    {
        _writer.Resize(100, 200);
        _reader.ReadGeometry(out var geometry);
        _writer.EnterBands(1, 1);
        Assert.Equal(SurfaceRead.Copied, _reader.CopyRectangle(geometry, new(0, 0, 100, 64), new byte[400 * 64], 400));
        Assert.Equal(SurfaceRead.WriterStalled, _reader.CopyRectangle(geometry, new(0, 60, 100, 5), new byte[400 * 5], 400));
        Assert.Equal(SurfaceRead.Copied, _reader.CopyRectangle(geometry, new(0, 128, 100, 72), new byte[400 * 72], 400));
    }

    [Fact]
    public void Write_OutsideThePictureOrSource_Throws()
    {
        _writer.Resize(100, 80);
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.WriteRectangle(new byte[4000], 400, new(95, 0, 10, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.WriteRectangle(new byte[4000], 400, new(-1, 0, 10, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.WriteRectangle(new byte[399], 400, new(0, 0, 100, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.WriteRectangle(new byte[4000], 20, new(0, 0, 10, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.WriteRectangle(new byte[4000], 400, new(1, int.MaxValue, 1, int.MaxValue)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.Publish(new(0, 79, 1, 2), default, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.Resize(512, 8192));
        Assert.True(_writer.Fits(256, 512));
    }

    [Fact]
    public void Pointer_ShapeVisibilityAndPosition_Arrive()
    {
        var bitmap = new byte[PointerShape.BitmapBytesMax];
        Assert.Equal((0u, 0u), _reader.PointerSerials);
        var arrow = Pattern(32 * 20 * 4);
        _writer.SetPointer(arrow, 32, 20, 3, 99);
        Assert.Equal(SurfaceRead.Copied, _reader.ReadPointer(out var shape, bitmap));
        Assert.Equal(new(1, PointerKind.Bitmap, 32, 20, 3, 19), shape);
        Assert.Equal(arrow, bitmap[..arrow.Length]);

        _writer.SetPointer(PointerKind.Hidden);
        _reader.ReadPointer(out shape, bitmap);
        Assert.Equal(new(2, PointerKind.Hidden, 0, 0, 0, 0), shape);

        _writer.MovePointer(70_000, -4);
        Assert.Equal((2u, 1u), _reader.PointerSerials);
        Assert.Equal(new(1, 65535, 0), _reader.PointerPosition);
    }

    [Fact]
    public void Bells_AttachDetach_RingOnlyTheAttached()
    {
        _writer.Resize(10, 10);
        using var bell = Bell.Create();
        Assert.True(_writer.AttachBell(1, new Bell(bell.Handle.Duplicate())));
        // A front that joined between a publication and its bell's arrival would sleep otherwise.
        Assert.True(bell.Wait(0));
        Assert.False(_writer.AttachBell(1, Bell.Create()));
        _writer.Publish(new(0, 0, 1, 1), default, 0);
        Assert.True(bell.Wait(0));
        _writer.DetachBell(1);
        _writer.DetachBell(1);
        _writer.Publish(new(0, 0, 1, 1), default, 0);
        Assert.False(bell.Wait(0));
        for (var front = 0; front < SurfaceWriter.BellsMax; front++) Assert.True(_writer.AttachBell(100 + front, Bell.Create()));
        Assert.False(_writer.AttachBell(99, Bell.Create()));
    }

    [Fact]
    public void HotPath_PublishDrainCopy_AllocatesNothing()
    {
        _writer.Resize(100, 80);
        var picture = new byte[400 * 80];
        var copy = new byte[400 * 80];
        var region = new DamageRegion();
        void Turn()
        {
            _writer.PublishFrame(picture, 400, [new(0, 0, 50, 40), new(60, 50, 10, 10)], default, 1);
            region.Clear();
            _reader.Drain(region);
            _reader.ReadGeometry(out var geometry);
            foreach (var rectangle in region.Rectangles)
                _reader.CopyRectangle(geometry, rectangle, copy.AsSpan(rectangle.Y * 400 + rectangle.X * 4), 400);
        }
        Turn();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Turn();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    static byte[] Pattern(int bytes)
    {
        var pattern = new byte[bytes];
        new Random(bytes).NextBytes(pattern);
        return pattern;
    }
}
