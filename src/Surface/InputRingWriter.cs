namespace RemoteChain.Surface;

/// <summary>The front's end of its input ring. Used by one thread at a time; never blocks, never allocates.</summary>
/// <remarks>When more than half full, plain mouse moves wait outside the ring and only the newest is kept; when full, other events are lost
/// and a <see cref="InputKind.ReleaseAll"/> is owed, which goes in first: a key release is thereby never lost in effect.</remarks>
public sealed unsafe class InputRingWriter : IDisposable
{
    /// <summary>Entries that fit.</summary>
    public const int Capacity = 1024;

    /// <summary>Maps the ring. The caller keeps <paramref name="input"/>; the writer owns the bell.</summary>
    /// <exception cref="IOException">It cannot be mapped, or it is no input ring of this version.</exception>
    public InputRingWriter(DescriptorHandle input, Bell inputBell, int frontNumber) => throw new NotImplementedException();

    /// <summary>Puts an event into the ring with its id and the stamp of now, and rings the desktop's bell.</summary>
    /// <param name="input">What happened; <see cref="InputEvent.Id"/> and <see cref="InputEvent.PublishedNanos"/> are ignored.</param>
    /// <param name="id">The id it got; 0 unless written.</param>
    public InputWrite Write(in InputEvent input, out ulong id) => throw new NotImplementedException();

    /// <summary>Puts in what waits outside (a coalesced move, an owed release). Call it from the loop's tick when <see cref="HasPending"/>.</summary>
    public void Flush() => throw new NotImplementedException();

    /// <summary>True when something waits outside the ring.</summary>
    public bool HasPending => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
