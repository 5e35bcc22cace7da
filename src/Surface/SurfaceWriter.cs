namespace RemoteChain.Surface;

/// <summary>The one writer of a surface: an RDP back, an emulated machine. Used by one thread at a time. Nothing here allocates or blocks.</summary>
public sealed unsafe class SurfaceWriter : IDisposable
{
    /// <summary>Maps the surface writable and repairs what a predecessor that died in mid-write left behind (the rows it was inside turn black
    /// and are published as damage). The caller keeps <paramref name="surface"/>.</summary>
    /// <exception cref="IOException">It cannot be mapped, or it is no surface of this version.</exception>
    public SurfaceWriter(DescriptorHandle surface) => throw new NotImplementedException();

    /// <summary>The size now; not set before the first <see cref="Resize"/> of the first writer.</summary>
    public SurfaceGeometry Geometry => throw new NotImplementedException();

    /// <summary>True when a picture of this size fits.</summary>
    public bool Fits(int width, int height) => throw new NotImplementedException();

    /// <summary>Sets the size, turns the picture black, counts the generation and rings every bell. The same size again does so too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit: ask <see cref="Fits"/> first.</exception>
    public void Resize(int width, int height) => throw new NotImplementedException();

    /// <summary>Copies pixels in. Readers see nothing of it until <see cref="Publish"/> tells them where to look.</summary>
    /// <param name="source">BGRX32 rows; its first byte is the rectangle's top left pixel.</param>
    /// <param name="sourceStrideBytes">Bytes from one row of the source to the next.</param>
    /// <param name="rectangle">Where; clipped to the picture by the caller.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not inside the picture, or the source is too short.</exception>
    public void WriteRectangle(ReadOnlySpan<byte> source, int sourceStrideBytes, SurfaceRectangle rectangle) => throw new NotImplementedException();

    /// <summary>Adds a damage entry and rings every bell.</summary>
    /// <param name="damage">Inside the picture.</param>
    /// <param name="stamps">When it was received and decoded.</param>
    /// <param name="lastInputId">Last input that the picture contains; 0 = unknown.</param>
    public void Publish(SurfaceRectangle damage, FrameStamps stamps, ulong lastInputId) => throw new NotImplementedException();

    /// <summary>Copies several rectangles of one frame in as one step (a reader gets none or all of them), publishes each, and rings once.</summary>
    /// <param name="picture">The writer's whole decode buffer, BGRX32; its first byte is pixel (0, 0) of the picture.</param>
    /// <param name="pictureStrideBytes">Bytes from one row of the buffer to the next.</param>
    /// <param name="damage">What changed; parts outside the picture are cut off.</param>
    /// <param name="stamps">When it was received and decoded.</param>
    /// <param name="lastInputId">Last input that the picture contains; 0 = unknown.</param>
    public void PublishFrame(ReadOnlySpan<byte> picture, int pictureStrideBytes, ReadOnlySpan<SurfaceRectangle> damage, FrameStamps stamps,
        ulong lastInputId) => throw new NotImplementedException();

    /// <summary>Shows a pointer with this bitmap and rings every bell.</summary>
    /// <param name="bgra">BGRA32, straight alpha, rows of width × 4 bytes.</param>
    /// <param name="width">1 to <see cref="PointerShape.SizeMax"/>.</param>
    /// <param name="height">1 to <see cref="PointerShape.SizeMax"/>.</param>
    /// <param name="hotspotX">Inside the bitmap (clamped).</param>
    /// <param name="hotspotY">Inside the bitmap (clamped).</param>
    public void SetPointer(ReadOnlySpan<byte> bgra, int width, int height, int hotspotX, int hotspotY) => throw new NotImplementedException();

    /// <summary>Shows the viewer's default pointer or none, and rings every bell.</summary>
    public void SetPointer(PointerKind kind) => throw new NotImplementedException();

    /// <summary>The host moved the pointer; rings every bell.</summary>
    public void MovePointer(int x, int y) => throw new NotImplementedException();

    /// <summary>Rings this bell at every publication from now on. The writer owns it.</summary>
    /// <returns>False when <see cref="BellsMax"/> fronts are attached or the number is taken; the bell is then disposed of.</returns>
    public bool AttachBell(int frontNumber, Bell damageBell) => throw new NotImplementedException();

    /// <summary>Stops ringing for that front and closes its bell; a number that is not attached changes nothing.</summary>
    public void DetachBell(int frontNumber) => throw new NotImplementedException();

    /// <summary>Fronts per session.</summary>
    public const int BellsMax = 64;

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
