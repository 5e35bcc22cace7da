using RemoteChain.Surface;

namespace RemoteChain.Fuzz;

/// <summary>A surface whose header, damage ring and pointer a hijacked desktop fills: the input is laid over the file's first bytes after
/// the magic,
/// then a front's turn is taken and a successor attaches.</summary>
sealed class SurfaceTarget : FuzzTarget
{
    /// <summary>Header and the first slots of the damage ring.</summary>
    const int ImageBytes = 4096 + 8 * 64, MagicBytes = 8;

    readonly DescriptorHandle _file = SurfaceFile.Create(256, 256);
    readonly FileStream _raw;
    readonly SurfaceReader _reader;
    readonly DamageRegion _region = new();
    readonly byte[] _picture = new byte[SurfaceFile.SideMax * 4 * 8];
    readonly byte[] _bitmap = new byte[PointerShape.BitmapBytesMax];
    readonly Dictionary<string, long> _reached = [];

    internal SurfaceTarget() : base("surface", "header, damage ring and pointer of a surface, as a front reads them")
    {
        _raw = OpenRaw(_file);
        if (!SurfaceReader.TryOpen(_file, out var reader, stallMillis: 0)) throw new InvalidOperationException("the surface does not open");
        _reader = reader;
        using var writer = new SurfaceWriter(_file);
        Seeds = [Snapshot(w => { }, writer), Snapshot(w => w.Resize(200, 100), writer), Snapshot(w => w.SetPointer(_bitmap, 32, 32, 1, 1), writer),
            Snapshot(w => { for (var i = 0; i < 5; i++) w.Publish(new(i, i, 9, 9), new(1, 2), 3); }, writer), Snapshot(w => w.MovePointer(4, 5), writer)];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => string.Join(", ", _reached.OrderBy(r => r.Key).Select(r => $"{r.Key} {r.Value}"));

    internal override void Feed(byte[] input)
    {
        _raw.Position = MagicBytes;
        _raw.Write(input, 0, Math.Min(input.Length, ImageBytes - MagicBytes));
        var read = _reader.ReadGeometry(out var geometry);
        Count($"geometry-{read}");
        _region.Clear();
        Count($"damage-{_reader.Drain(_region)}");
        if (read == SurfaceRead.Copied)
        {
            foreach (var rectangle in _region.Rectangles)
            {
                var rows = rectangle with { Height = Math.Min(rectangle.Height, 8) };
                Count($"copy-{_reader.CopyRectangle(geometry, rows, _picture, SurfaceFile.SideMax * 4)}");
            }
        }
        Count($"pointer-{_reader.ReadPointer(out _, _bitmap)}");
        _ = _reader.PointerPosition;
        using var successor = new SurfaceWriter(_file);
        successor.Resize(100, 50);
        if (_reader.ReadGeometry(out var repaired) != SurfaceRead.Copied || repaired.Width != 100) throw new InvalidOperationException("a successor does not repair it");
        _reader.SkipDamage();
    }

    public override void Dispose()
    {
        _reader.Dispose();
        _raw.Dispose();
        _file.Dispose();
    }

    /// <summary>The file itself, past every check: opened once more by its creator, or written through the one descriptor.</summary>
    internal static FileStream OpenRaw(DescriptorHandle file) =>
        new(new Microsoft.Win32.SafeHandles.SafeFileHandle(file.Duplicate().Detach(), ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);

    byte[] Snapshot(Action<SurfaceWriter> act, SurfaceWriter writer)
    {
        act(writer);
        var image = new byte[ImageBytes - MagicBytes];
        _raw.Position = MagicBytes;
        _raw.ReadExactly(image);
        return image;
    }

    void Count(string what) => _reached[what] = _reached.GetValueOrDefault(what) + 1;
}
