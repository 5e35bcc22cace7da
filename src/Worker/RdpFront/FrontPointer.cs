using FreeRdp;
using RemoteChain.Surface;

namespace RemoteChain.Worker.RdpFront;

/// <summary>Forwards how the desktop's pointer looks, and where the host moves it to.</summary>
sealed class FrontPointer(RdpPeer peer)
{
    byte[]? _bitmap;
    uint _shape;
    uint _position;
    bool _isOwn;

    /// <summary>The client has forgotten its pointer, or the desktop is another one.</summary>
    public void Reset() => (_shape, _position, _isOwn) = (0, 0, false);

    /// <summary>Shows the desktop's pointer, or the client's own while there is no desktop to point at (null).</summary>
    public void Update(SurfaceReader? desktop)
    {
        if (desktop is null)
        {
            if (_isOwn) peer.SetPointerDefault();
            Reset();
            return;
        }

        var (shape, position) = desktop.PointerSerials;
        if (shape != _shape) Show(desktop, shape);
        if (position == _position) return;
        // The first position that is seen is an old one.
        if (_position != 0 || position == 1) peer.MovePointer(desktop.PointerPosition.X, desktop.PointerPosition.Y);
        _position = position;
    }

    void Show(SurfaceReader desktop, uint serial)
    {
        _bitmap ??= GC.AllocateUninitializedArray<byte>(PointerShape.BitmapBytesMax);
        if (desktop.ReadPointer(out var shape, _bitmap) != SurfaceRead.Copied) return;
        (_shape, _isOwn) = (serial, true);
        switch (shape.Kind)
        {
            case PointerKind.Hidden:
                peer.SetPointerHidden();
                break;
            case PointerKind.Bitmap:
                peer.SetPointer(_bitmap, shape.Width, shape.Height, shape.HotspotX, shape.HotspotY);
                break;
            default:
                peer.SetPointerDefault();
                break;
        }
    }
}
