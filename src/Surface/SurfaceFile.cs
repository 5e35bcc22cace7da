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
    /// <param name="widthMax">With <paramref name="heightMax"/> the room: any picture that takes no more bytes fits, also a portrait one.</param>
    /// <param name="heightMax">See <paramref name="widthMax"/>.</param>
    /// <exception cref="IOException">The process has no descriptor or the machine no memory left.</exception>
    public static DescriptorHandle Create(int widthMax = DefaultWidthMax, int heightMax = DefaultHeightMax) => throw new NotImplementedException();

    /// <summary>A second, read-only open file of a surface, for fronts. Needs /proc, which the node has and a sandbox must not give.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static DescriptorHandle OpenReadOnly(DescriptorHandle surface) => throw new NotImplementedException();
}

/// <summary>Creates the memory file of one front's input.</summary>
public static class InputFile
{
    /// <summary>A new input ring: memfd, close-on-exec, sealed like a surface. Both sides need it writable (the desktop counts what it has read).</summary>
    /// <exception cref="IOException">The process has no descriptor or the machine no memory left.</exception>
    public static DescriptorHandle Create() => throw new NotImplementedException();
}
