using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>Creates the memory files of a session. The node does this; workers only get descriptors.</summary>
public static class SurfaceFile
{
    /// <summary>BGRX32.</summary>
    public const int BytesPerPixel = 4;

    /// <summary>Default largest picture.</summary>
    public const int DefaultWidthMax = 4096, DefaultHeightMax = 2304;

    /// <summary>No side of a picture is longer than this on any surface.</summary>
    public const int SideMax = 8192;

    /// <summary>A new surface: memfd, close-on-exec, sparse, sealed against shrinking, growing and more seals; no size set yet.</summary>
    /// <param name="widthMax">With <paramref name="heightMax"/> the room: any picture that takes no more bytes fits, also a portrait
    /// one.</param>
    /// <param name="heightMax">See <paramref name="widthMax"/>.</param>
    /// <exception cref="IOException">The process has no descriptor or the machine no memory left.</exception>
    public static DescriptorHandle Create(int widthMax = DefaultWidthMax, int heightMax = DefaultHeightMax)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)widthMax - 1, (uint)SideMax - 1, nameof(widthMax));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)heightMax - 1, (uint)SideMax - 1, nameof(heightMax));
        var pixels = (long)SurfaceGeometry.StrideOf(widthMax) * heightMax;
        return SharedMapping.CreateFile("remotechain-surface", SurfaceLayout.Magic, Math.Max(SurfaceLayout.Pixels + pixels, SurfaceLayout.LengthMin));
    }

    /// <summary>A second, read-only open file of a surface, for fronts. It cannot be opened once more for writing: the file's mode forbids
    /// it,
    /// as long as the front has no capabilities and may not change the mode (the sandbox's system call filter).</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static DescriptorHandle OpenReadOnly(DescriptorHandle surface)
    {
        // A duplicate would share the writable open file; only a second open gets a mode of its own.
        var descriptor = Fcntl.open($"/proc/self/fd/{surface.Descriptor}", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0);
        return descriptor >= 0 ? new DescriptorHandle(descriptor) : throw Errno.Last("open(/proc/self/fd)");
    }
}

/// <summary>Creates the memory file of one front's input.</summary>
public static class InputFile
{
    /// <summary>A new input ring: memfd, close-on-exec, sealed like a surface. Both sides need it writable (the desktop counts what it has
    /// read).</summary>
    /// <exception cref="IOException">The process has no descriptor or the machine no memory left.</exception>
    public static DescriptorHandle Create() => SharedMapping.CreateFile("remotechain-input", InputLayout.Magic, InputLayout.Length);
}
