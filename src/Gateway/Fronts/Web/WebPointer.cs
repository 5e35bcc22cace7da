using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>Tells a browser how the desktop's pointer looks, and where the host moves it to.</summary>
internal sealed class WebPointer
{
    private byte[]? _bitmap;
    private uint _shape;
    private uint _position;

    /// <summary>The desktop is another one.</summary>
    public void Reset() => (_shape, _position) = (0, 0);

    /// <summary>Writes the shape when it has changed. True when there is something to send.</summary>
    public bool TryWriteShape(SurfaceReader desktop, WireWriter to)
    {
        uint serial = desktop.PointerSerials.Shape;
        if (serial == _shape)
        {
            return false;
        }

        _bitmap ??= GC.AllocateUninitializedArray<byte>(PointerShape.BitmapBytesMax);
        if (desktop.ReadPointer(out var shape, _bitmap) != SurfaceRead.Copied)
        {
            return false;
        }

        _shape = serial;
        to.Begin(WebOutputKind.Pointer);
        to.U8((byte)shape.Kind);
        if (shape.Kind == PointerKind.Bitmap)
        {
            to.U16(shape.Width);
            to.U16(shape.Height);
            to.U16(shape.HotspotX);
            to.U16(shape.HotspotY);
            int bytes = shape.Width * shape.Height * SurfaceFile.BytesPerPixel;
            foreach (ref uint pixel in MemoryMarshal.Cast<byte, uint>(_bitmap.AsSpan(0, bytes)))
            {
                pixel = (pixel & 0xFF00FF00) | ((pixel & 0xFF) << 16) | ((pixel >> 16) & 0xFF);
            }

            to.Bytes(_bitmap.AsSpan(0, bytes));
        }

        return true;
    }

    /// <summary>Writes the position when the host has moved the pointer. True when there is something to send.</summary>
    public bool TryWritePosition(SurfaceReader desktop, WireWriter to)
    {
        uint serial = desktop.PointerSerials.Position;
        if (serial == _position)
        {
            return false;
        }

        // The first position that is seen is an old one.
        bool isNews = _position != 0 || serial == 1;
        _position = serial;
        if (!isNews)
        {
            return false;
        }

        var position = desktop.PointerPosition;
        to.Begin(WebOutputKind.PointerPosition);
        to.U16(position.X);
        to.U16(position.Y);
        return true;
    }
}
