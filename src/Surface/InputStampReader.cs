using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RemoteChain.Surface;

/// <summary>An input as the desktop worker passed it on. Nanoseconds of <see cref="MonotonicClock"/>.</summary>
/// <param name="Input">What it was, with the stamps of the front.</param>
/// <param name="TakenNanos">The desktop worker took it out of the ring.</param>
/// <param name="SentNanos">It was written to the host's socket.</param>
public readonly record struct DeliveredInput(InputEvent Input, long TakenNanos, long SentNanos);

/// <summary>The node's view of one front's input ring after the desktop worker has been there, read-only. Used by one thread at a time. It
/// believes no value in the file.</summary>
public sealed unsafe class InputStampReader : IDisposable
{
    readonly SharedMapping _mapping;
    readonly ulong _front;
    ulong _next;

    InputStampReader(SharedMapping mapping, int frontNumber)
    {
        _mapping = mapping;
        _front = (ulong)frontNumber << 48;
        _next = Volatile.Read(ref At<ulong>(InputLayout.Tail));
    }

    /// <summary>Maps the ring. The caller keeps <paramref name="input"/>.</summary>
    /// <returns>False when it is no sealed input ring of this version.</returns>
    public static bool TryOpen(DescriptorHandle input, int frontNumber, [NotNullWhen(true)] out InputStampReader? reader)
    {
        var mapping = SharedMapping.TryMap(input, writable: false, InputLayout.Magic, InputLayout.Length);
        reader = mapping is null ? null : new InputStampReader(mapping, frontNumber);
        return reader is not null;
    }

    /// <summary>Reads the next input that the desktop worker is done with. What it took without sending it to the host (a resize, or all
    /// that waited while there was no desktop) is passed over.</summary>
    public StampRead TryRead(long nowNanos, out DeliveredInput input)
    {
        input = default;
        while (true)
        {
            var waiting = Volatile.Read(ref At<ulong>(InputLayout.Tail)) - _next;
            if (waiting == 0) return StampRead.None;
            if (waiting > long.MaxValue) return StampRead.Corrupt;
            // The front may be writing over the entry that lies a whole ring back.
            if (waiting >= InputRingWriter.Capacity) return FellBehind(waiting);
            var slot = At<InputSlot>(InputLayout.Ring + (int)(_next % InputRingWriter.Capacity) * sizeof(InputSlot));
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref At<ulong>(InputLayout.Head)) - _next > InputRingWriter.Capacity) return FellBehind(waiting);
            if (FrameRingReader.IsYetToCome(slot.SentNanos, nowNanos)) return StampRead.None;
            _next++;
            if (slot.SentNanos == 0) continue;
            if (slot.Id != (_front | (_next & 0xFFFF_FFFF_FFFF)) || slot.ReceivedNanos < 0 || slot.PublishedNanos < slot.ReceivedNanos
                || slot.TakenNanos < slot.PublishedNanos || slot.SentNanos < slot.TakenNanos || slot.SentNanos > nowNanos)
                return StampRead.Corrupt;
            InputEvent what = new((InputKind)slot.Kind, slot.Flags, slot.A, slot.B, slot.C, slot.Id, slot.ReceivedNanos, slot.PublishedNanos);
            input = new(what, slot.TakenNanos, slot.SentNanos);
            return StampRead.Entry;
        }
    }

    /// <summary>When the guest of an emulated machine was interrupted for an input and when it had read it, in nanoseconds since it was sent; null
    /// when that is not known (any more).</summary>
    public (long InterruptNanos, long ReadNanos)? GuestOf(ulong id)
    {
        if (id >> 48 != _front >> 48 || (id & 0xFFFF_FFFF_FFFF) == 0) return null;
        var slot = At<InputSlot>(InputLayout.SlotOf(id));
        return slot.Id == id && slot.InterruptNanos > 0 && slot.ReadNanos >= slot.InterruptNanos ? (slot.InterruptNanos, slot.ReadNanos) : null;
    }

    /// <summary>Unmaps.</summary>
    public void Dispose() => _mapping.Dispose();

    StampRead FellBehind(ulong waiting)
    {
        _next += Math.Max(1, waiting - InputRingWriter.Capacity / 2);
        return StampRead.FellBehind;
    }

    // SAFETY: every offset is a constant of InputLayout or an index below Capacity, all inside the mapping's checked length.
    ref T At<T>(int offset) where T : unmanaged => ref Unsafe.AsRef<T>(_mapping.Start + offset);
}
