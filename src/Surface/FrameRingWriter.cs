using System.Runtime.CompilerServices;

namespace RemoteChain.Surface;

/// <summary>A front's notes about the pictures that it sent. Used by one thread at a time; never blocks, never allocates, never fails: the
/// oldest notes are overwritten, and a reader finds out.</summary>
public sealed unsafe class FrameRingWriter : IDisposable
{
    /// <summary>Entries that fit: ten seconds of a fast front.</summary>
    public const int Capacity = 1024;

    /// <summary>Frames that may wait for their acknowledgement; a client is never ahead by more.</summary>
    const int UnansweredMax = 64;

    readonly SharedMapping _mapping;
    readonly (uint Frame, ulong Sequence)[] _unanswered = new (uint, ulong)[UnansweredMax];
    ulong _head;
    uint _firstUnanswered, _nextUnanswered;

    /// <summary>Maps the ring. The caller keeps <paramref name="frames"/>.</summary>
    /// <exception cref="IOException">It cannot be mapped, or it is no frame ring of this version.</exception>
    public FrameRingWriter(DescriptorHandle frames)
    {
        _mapping = SharedMapping.TryMap(frames, writable: true, FrameLayout.Magic, FrameLayout.Length)
            ?? throw new IOException("The descriptor is no writable frame ring of this version.");
        _head = At<ulong>(FrameLayout.Head);
    }

    /// <summary>Notes a picture.</summary>
    /// <param name="frame">The client's name for it, for <see cref="Acknowledge"/>.</param>
    /// <param name="lastDamage">Newest damage entry that it contains.</param>
    /// <param name="takenNanos">When copying it out of the surface began.</param>
    /// <param name="sentNanos">When it was encoded and written.</param>
    /// <param name="isAcknowledged">Whether the client will acknowledge it.</param>
    public void Write(uint frame, ulong lastDamage, long takenNanos, long sentNanos, bool isAcknowledged)
    {
        var sequence = _head + 1;
        ref var slot = ref Slot(sequence);
        // A reader that is just copying the old entry must find the number gone before any field changes.
        Volatile.Write(ref slot.Sequence, 0);
        Interlocked.MemoryBarrier();
        slot.LastDamage = lastDamage;
        slot.TakenNanos = takenNanos;
        slot.SentNanos = sentNanos;
        slot.AcknowledgedNanos = isAcknowledged ? FrameLayout.AcknowledgementAwaited : 0;
        Volatile.Write(ref slot.Sequence, sequence);
        _head = sequence;
        Volatile.Write(ref At<ulong>(FrameLayout.Head), sequence);
        if (!isAcknowledged) return;
        if (_nextUnanswered - _firstUnanswered == UnansweredMax) _firstUnanswered++;
        _unanswered[_nextUnanswered++ % UnansweredMax] = (frame, sequence);
    }

    /// <summary>The client has acknowledged this frame and, with it, all that were sent before it.</summary>
    public void Acknowledge(uint frame, long receivedNanos)
    {
        while (_firstUnanswered != _nextUnanswered)
        {
            var (sent, sequence) = _unanswered[_firstUnanswered % UnansweredMax];
            // A distance, not a comparison: the client's numbers wrap.
            if ((int)(sent - frame) > 0) return;
            _firstUnanswered++;
            if (_head - sequence >= Capacity) continue;
            ref var slot = ref Slot(sequence);
            // Whoever receives may have stamped the answer before whoever sends came to stamp the sending.
            Volatile.Write(ref slot.AcknowledgedNanos, Math.Max(receivedNanos, slot.SentNanos));
        }
    }

    /// <summary>Unmaps.</summary>
    public void Dispose() => _mapping.Dispose();

    ref FrameSlot Slot(ulong sequence) => ref At<FrameSlot>(FrameLayout.Ring + (int)(sequence % Capacity) * sizeof(FrameSlot));

    // SAFETY: every offset is a constant of FrameLayout or an index below Capacity, all inside the mapping's checked length.
    ref T At<T>(int offset) where T : unmanaged => ref Unsafe.AsRef<T>(_mapping.Start + offset);
}
