using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Worker.RdpFront;

/// <summary>A picture of this process's own, outside the managed heap: its memory is gone the moment it is not needed any more.</summary>
sealed unsafe class PixelBuffer : SafeHandle
{
    internal PixelBuffer(int width, int height)
        : base(0, ownsHandle: true)
    {
        (Width, Height, StrideBytes) = (width, height, SurfaceGeometry.StrideOf(width));
        // SAFETY: owned by this handle; zeroed pages cost nothing until they are written to.
        SetHandle((nint)NativeMemory.AllocZeroed((nuint)LengthBytes));
    }

    internal int Width { get; }

    internal int Height { get; }

    internal int StrideBytes { get; }

    public override bool IsInvalid => handle == 0;

    int LengthBytes => StrideBytes * Height;

    internal Span<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            // SAFETY: LengthBytes were allocated and live as long as this object, which the caller holds.
            return new Span<byte>((void*)handle, LengthBytes);
        }
    }

    /// <summary>From a rectangle's top left pixel to the end.</summary>
    internal Span<byte> From(SurfaceRectangle rectangle) =>
        Pixels[(rectangle.Y * StrideBytes + rectangle.X * SurfaceFile.BytesPerPixel)..];

    protected override bool ReleaseHandle()
    {
        // SAFETY: allocated above, released once by SafeHandle.
        NativeMemory.Free((void*)handle);
        return true;
    }
}
