namespace RemoteChain.Surface;

/// <summary>Where the picture changed, and when each part of the change happened. Nanoseconds of <see cref="MonotonicClock"/>; 0 = not
/// measured.</summary>
/// <param name="Sequence">Counts entries from 1.</param>
/// <param name="Rectangle">What changed, inside the geometry of <paramref name="Generation"/>.</param>
/// <param name="Generation">The geometry's generation at that time.</param>
/// <param name="LastInputId">The last input that the picture contains; 0 = unknown.</param>
/// <param name="ReceivedNanos">First byte of the update was read from the host.</param>
/// <param name="DecodedNanos">The update was decoded into the writer's own buffer.</param>
/// <param name="PublishedNanos">The pixels were in the surface.</param>
public readonly record struct DamageEntry(
    ulong Sequence, SurfaceRectangle Rectangle, uint Generation, ulong LastInputId, long ReceivedNanos, long DecodedNanos, long PublishedNanos);

/// <summary>What the writer knows about an update when it publishes it. Nanoseconds of <see cref="MonotonicClock"/>; 0 = not
/// measured.</summary>
/// <param name="ReceivedNanos">First byte of the update was read from the host.</param>
/// <param name="DecodedNanos">The update was decoded into the writer's own buffer.</param>
public readonly record struct FrameStamps(long ReceivedNanos, long DecodedNanos);

/// <summary>Outcome of reading the damage ring.</summary>
public enum DamageRead
{
    /// <summary>Nothing new.</summary>
    None,

    /// <summary>At least one entry was read.</summary>
    Entry,

    /// <summary>Entries were overwritten before they were read: take a full picture. Reading goes on with what comes after now.</summary>
    FellBehind,

    /// <summary>The writer put an impossible value into the ring: end the connection with <c>surface-corrupt</c>.</summary>
    Corrupt,
}

/// <summary>Outcome of copying pixels or other guarded values out of a surface.</summary>
public enum SurfaceRead
{
    /// <summary>Everything was copied and is of one moment.</summary>
    Copied,

    /// <summary>The size changed (or was never set): read the geometry again and take a full picture.</summary>
    GeometryChanged,

    /// <summary>The writer is alive and kept writing there for the whole bounded wait: try again at the next damage.</summary>
    WriterBusy,

    /// <summary>The writer stopped in the middle of writing (it died or hangs): keep the last picture; a new writer repairs the
    /// surface.</summary>
    WriterStalled,

    /// <summary>The writer put an impossible value into the header: end the connection with <c>surface-corrupt</c>.</summary>
    Corrupt,
}
