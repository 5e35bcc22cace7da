namespace RemoteChain.Surface;

/// <summary>One picture as a front sent it to its client. Nanoseconds of <see cref="MonotonicClock"/>; 0 = not measured.</summary>
/// <param name="Sequence">Counts a front's pictures from 1.</param>
/// <param name="LastDamage">Sequence of the newest <see cref="DamageEntry"/> that the picture contains; all older ones are in it or before it.</param>
/// <param name="TakenNanos">The front began to copy it out of the surface.</param>
/// <param name="SentNanos">It was encoded and written to the client's socket, or to the buffer in front of a socket that took no more.</param>
/// <param name="AcknowledgedNanos">The client's acknowledgement was read: it has decoded the picture.</param>
public readonly record struct SentFrame(ulong Sequence, ulong LastDamage, long TakenNanos, long SentNanos, long AcknowledgedNanos);

/// <summary>Creates the memory file in which one front notes the pictures that it sent. The front writes it, the node reads it.</summary>
public static class FrameFile
{
    /// <summary>A new ring: memfd, close-on-exec, sealed like a surface.</summary>
    /// <exception cref="IOException">The process has no descriptor or the machine no memory left.</exception>
    public static DescriptorHandle Create() => SharedMapping.CreateFile("remotechain-frames", FrameLayout.Magic, FrameLayout.Length);
}
