using FreeRdp;
using RemoteChain.Surface;

namespace RemoteChain.Worker.Desktop;

/// <summary>Copies what the client decoded into the surface: damaged rectangles only, no allocation, at most one ring of the bells per update.</summary>
sealed class SurfacePainter : IDisposable
{
    readonly SurfaceWriter _writer;
    SurfaceRectangle[] _rectangles = new SurfaceRectangle[64];
    RingPace _pace;

    internal SurfacePainter(DescriptorHandle surface) => _writer = new SurfaceWriter(surface);

    /// <summary>True once something was painted by this process (an older one may have left its last picture).</summary>
    internal bool HasPicture { get; private set; }

    /// <summary>True after the host's desktop took a size that the surface cannot hold.</summary>
    internal bool TooLarge { get; private set; }

    internal bool Fits(int width, int height) => _writer.Fits(width, height);

    /// <summary>Gives the surface this size; false when it has it already or cannot have it.</summary>
    internal bool Resize(int width, int height)
    {
        if (_writer.Geometry is { IsSet: true } now && now.Width == width && now.Height == height) return false;
        if (!_writer.Fits(width, height))
        {
            TooLarge = true;
            return false;
        }
        _writer.Resize(width, height);
        return true;
    }

    internal void Paint(in RdpPaint paint, ulong lastInputId)
    {
        // The picture of the worker before this one stays until there is a new one, unless its size is another.
        Resize(paint.Width, paint.Height);
        if (TooLarge) return;
        if (_rectangles.Length < paint.Damage.Length) _rectangles = new SurfaceRectangle[paint.Damage.Length];
        var count = 0;
        foreach (var r in paint.Damage) _rectangles[count++] = new(r.X, r.Y, r.Width, r.Height);
        _writer.PublishFrame(paint.Pixels, paint.Stride, _rectangles.AsSpan(0, count), new(paint.ReceivedNanos, paint.DecodedNanos), lastInputId,
            ring: _pace.Update(paint.DecodedNanos));
        HasPicture = true;
    }

    /// <summary>The host says no more for now: what was painted silently is rung for.</summary>
    internal void Pause(long nowNanos)
    {
        if (_pace.Pause(nowNanos)) _writer.Ring();
    }

    internal void ShowPointer(in RdpPointerShape shape)
    {
        switch (shape.Kind)
        {
            case RdpPointerKind.Shape:
                _writer.SetPointer(shape.Pixels, shape.Width, shape.Height, shape.HotX, shape.HotY);
                break;
            case RdpPointerKind.Hidden:
                _writer.SetPointer(PointerKind.Hidden);
                break;
            default:
                _writer.SetPointer(PointerKind.Default);
                break;
        }
    }

    internal void RingAhead() => _writer.Ring();

    internal void AttachBell(int frontNumber, Bell bell) => _writer.AttachBell(frontNumber, bell);

    internal void DetachBell(int frontNumber) => _writer.DetachBell(frontNumber);

    public void Dispose() => _writer.Dispose();
}
