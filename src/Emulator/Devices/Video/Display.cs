using System.Runtime.InteropServices;
using RemoteChain.Emulator.Devices.Input;
using RemoteChain.Surface;

namespace RemoteChain.Emulator.Devices.Video;

/// <summary>What the guest shows, as a picture that is brought up to date when somebody asks. A frame costs what changed since the last: changed
/// pages of video memory are compared with the picture, and what really differs becomes damage. Looking changes nothing that the guest could
/// see.</summary>
public sealed class Display
{
    readonly MemoryWindow _memory;
    readonly VbeRegisters _vbe;
    readonly VgaRegisters _vga;
    readonly VgaPicture _vgaPicture;
    readonly InputTrace _trace;
    readonly Action _noticeWrites;
    readonly DirtyTiles _tiles = new();
    readonly uint[] _palette = new uint[256];
    uint[] _picture = [], _row = [];
    LinearMode _mode;
    long _vgaChanges = -1;

    /// <param name="memory">Video memory.</param>
    /// <param name="vbe">The mode.</param>
    /// <param name="vga">What counts while no mode is on.</param>
    /// <param name="trace">Gets to know of writes.</param>
    /// <param name="noticeWrites">Forgets the translations for writing to video memory.</param>
    internal Display(MemoryWindow memory, VbeRegisters vbe, VgaRegisters vga, InputTrace trace, Action noticeWrites)
    {
        (_memory, _vbe, _vga, _trace, _noticeWrites) = (memory, vbe, vga, trace, noticeWrites);
        _vgaPicture = new(vga, memory);
        memory.Written = trace.Written;
        trace.Watch = Watch;
        Watch();
    }

    /// <summary>Pixels in a row; 0 before the guest shows anything.</summary>
    public int Width { get; private set; }

    /// <summary>Rows.</summary>
    public int Height { get; private set; }

    /// <summary>Bytes from one row to the next.</summary>
    public int StrideBytes => Width * sizeof(uint);

    /// <summary>Counts changes of size from 1: a new one is a whole new picture.</summary>
    public uint Generation { get; private set; }

    /// <summary>The picture of the last frame, BGRX32.</summary>
    public ReadOnlySpan<byte> Picture => MemoryMarshal.AsBytes(_picture.AsSpan(0, Width * Height));

    /// <summary>What changed with the last frame.</summary>
    public ReadOnlySpan<SurfaceRectangle> Damage => _tiles.Found;

    /// <summary>Which input the last frame answers, as far as one can know from outside: the last that the guest had read when it wrote.</summary>
    public GuestStamps Stamps { get; private set; }

    /// <summary>Brings the picture up to date; on the machine's thread, between two runs.</summary>
    /// <returns>True when something changed: then there is damage.</returns>
    public bool TakeFrame()
    {
        if (!_vbe.IsOn && !_vga.IsShowing) return false;
        // A mode of the VGA is a linear one of no depth; its registers are compared by their changes.
        _vgaPicture.Begin();
        var mode = _vbe.IsOn ? _vbe.Mode : new(_vgaPicture.Width, _vgaPicture.Height, 0, 0, 0);
        var resized = mode.Width != Width || mode.Height != Height;
        var whole = resized || mode != _mode || _vgaChanges != _vga.Changes;
        if (!whole && !_memory.HasChanges) return false;
        if (resized) Resize(mode.Width, mode.Height);
        (_mode, _vgaChanges) = (mode, _vga.Changes);
        _tiles.Begin(Width);
        if (mode.Depth == 0) TakeVga();
        else if (whole) TakeLinear();
        else TakeChangedRows();
        _tiles.End();
        if (resized) _tiles.Whole(Height);
        Stamps = _trace.Stamps;
        _memory.ClearChanges();
        Watch();
        return _tiles.Found.Length > 0;
    }

    /// <summary>Takes a frame and puts what changed into a surface, which follows the guest's size as far as it fits.</summary>
    /// <returns>True when a frame was published.</returns>
    public bool Publish(SurfaceWriter surface)
    {
        if (!TakeFrame()) return false;
        var takenNanos = MonotonicClock.NowNanos();
        if (!surface.Fits(Width, Height)) return false;
        if (surface.Geometry.Width != Width || surface.Geometry.Height != Height) surface.Resize(Width, Height);
        surface.PublishFrame(Picture, StrideBytes, Damage, new(Stamps.WrittenNanos, takenNanos), Stamps.InputId);
        return true;
    }

    void Resize(int width, int height)
    {
        (Width, Height) = (width, height);
        Generation++;
        if (_picture.Length < width * height) _picture = new uint[width * height];
        Array.Clear(_picture);
        _row = new uint[width];
    }

    void TakeVga()
    {
        for (var row = 0; row < Height; row++)
        {
            _vgaPicture.Draw(row, _row);
            _tiles.Take(row, _row, _picture.AsSpan(row * Width, Width));
        }
    }

    void TakeLinear()
    {
        if (_mode.Depth <= 8)
            for (var i = 0; i < _palette.Length; i++) _palette[i] = _vga.Colour(i, _vbe.HasWidePalette);
        TakeRows(0, Height);
    }

    void TakeChangedRows()
    {
        const int page = PhysicalMemory.PageBytes;
        var pages = (int)(_memory.Bytes / page);
        var done = 0;
        for (var changed = _memory.NextChanged(0); changed < pages && done < Height; changed = _memory.NextChanged(changed + 1))
        {
            var from = changed * page - _mode.Start;
            if (from + page <= 0) continue;
            var first = Math.Max(done, Math.Max(0, from) / _mode.StrideBytes);
            var last = Math.Min(Height - 1, (from + page - 1) / _mode.StrideBytes);
            TakeRows(first, last + 1);
            done = Math.Max(done, last + 1);
        }
    }

    void TakeRows(int first, int end)
    {
        var bytes = Width * ((_mode.Depth + 7) / 8);
        for (var row = first; row < end; row++)
        {
            var at = _mode.Start + (long)row * _mode.StrideBytes;
            // A mode that does not fit shows black beyond the end, as the adapter does not check either.
            if (at + bytes > (long)_memory.Bytes) break;
            var from = _memory.Span.Slice((int)at, bytes);
            PixelFormat.Convert(_mode.Depth, from, _palette, _row);
            _tiles.Take(row, _row.AsSpan(0, Width), _picture.AsSpan(row * Width, Width));
        }
    }

    void Watch()
    {
        _memory.IsWatched = true;
        _noticeWrites();
    }
}
