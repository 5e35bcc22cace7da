using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RemoteChain.Surface;

/// <summary>The desktop's end of one front's input ring. Used by one thread at a time. It believes no value in the file.
/// What was written before it attached is skipped: old keys are never replayed into a new connection.</summary>
public sealed unsafe class InputRingReader : IDisposable
{
    readonly SharedMapping _mapping;
    ulong _tail;
    bool _holdsEntry;

    InputRingReader(SharedMapping mapping, int frontNumber)
    {
        _mapping = mapping;
        FrontNumber = frontNumber;
        Take(Volatile.Read(ref At<ulong>(InputLayout.Head)));
    }

    /// <summary>Maps the ring. The caller keeps <paramref name="input"/>.</summary>
    /// <returns>False when it is no sealed input ring of this version.</returns>
    public static bool TryOpen(DescriptorHandle input, int frontNumber, [NotNullWhen(true)] out InputRingReader? reader)
    {
        var mapping = SharedMapping.TryMap(input, writable: true, InputLayout.Magic, InputLayout.Length);
        reader = mapping is null ? null : new InputRingReader(mapping, frontNumber);
        return reader is not null;
    }

    /// <summary>The front that writes it; every event that is read carries this number in its id.</summary>
    public int FrontNumber { get; }

    /// <summary>Takes the next event out. Its place in the ring stays taken until the next call, so that <see cref="Stamp"/> can write
    /// there.</summary>
    public InputRead TryRead(out InputEvent input)
    {
        input = default;
        Release();
        var waiting = Volatile.Read(ref At<ulong>(InputLayout.Head)) - _tail;
        if (waiting == 0) return InputRead.None;
        if (waiting > InputRingWriter.Capacity) return InputRead.Corrupt;
        var slot = At<InputSlot>(InputLayout.Ring + (int)(_tail % InputRingWriter.Capacity) * sizeof(InputSlot));
        input = new((InputKind)slot.Kind, slot.Flags, slot.A, slot.B, slot.C, slot.Id, slot.ReceivedNanos, slot.PublishedNanos);
        if (!IsPossible(input)) return InputRead.Corrupt;
        _holdsEntry = true;
        return InputRead.Entry;
    }

    /// <summary>Notes with the event that was read last when it was taken and when it had been written to the host's socket, for
    /// <see cref="InputStampReader"/>. Nanoseconds of <see cref="MonotonicClock"/>.</summary>
    public void Stamp(long takenNanos, long sentNanos)
    {
        if (!_holdsEntry) return;
        ref var slot = ref At<InputSlot>(InputLayout.Ring + (int)(_tail % InputRingWriter.Capacity) * sizeof(InputSlot));
        slot.TakenNanos = takenNanos;
        slot.SentNanos = sentNanos;
    }

    /// <summary>Notes with an event that was read a while ago when the guest of an emulated machine was interrupted for it and when it had read it. An
    /// event whose place is another's by now is left alone.</summary>
    public void StampGuest(ulong id, long interruptNanos, long readNanos)
    {
        ref var slot = ref At<InputSlot>(InputLayout.SlotOf(id));
        var sentNanos = slot.SentNanos;
        if (slot.Id != id || sentNanos <= 0 || interruptNanos < sentNanos || readNanos < interruptNanos) return;
        slot.InterruptNanos = (uint)Math.Clamp(interruptNanos - sentNanos, 1, uint.MaxValue);
        slot.ReadNanos = (uint)Math.Clamp(readNanos - sentNanos, 1, uint.MaxValue);
    }

    /// <summary>Waits a moment for an input that the front has announced and is decoding; returns at once when it has not.</summary>
    public void AwaitAnnounced()
    {
        if (Volatile.Read(ref At<uint>(InputLayout.InputComing)) == 0) return;
        for (var wait = BriefWait.Begin(); !HasEntry && Volatile.Read(ref At<uint>(InputLayout.InputComing)) != 0 && wait.GoesOn();) { }
    }

    /// <summary>Tells the front that a picture may be coming (its bell has to be rung, too), or that it is there or will not come.</summary>
    public void AnnouncePicture(bool isComing) => Volatile.Write(ref At<uint>(InputLayout.PictureComing), isComing ? 1u : 0u);

    bool HasEntry => Volatile.Read(ref At<ulong>(InputLayout.Head)) != (_holdsEntry ? _tail + 1 : _tail);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _mapping.Dispose();
    }

    void Release()
    {
        if (_holdsEntry) Take(_tail + 1);
        _holdsEntry = false;
    }

    void Take(ulong tail)
    {
        _tail = tail;
        Volatile.Write(ref At<ulong>(InputLayout.Tail), tail);
    }

    bool IsPossible(in InputEvent input) =>
        input.FrontNumber == FrontNumber && input.ReceivedNanos >= 0 && input.PublishedNanos >= 0 && input.Kind switch
        {
            InputKind.Scancode or InputKind.Unicode => (uint)input.A <= ushort.MaxValue,
            InputKind.Mouse or InputKind.ExtendedMouse => (uint)input.A <= ushort.MaxValue && (uint)input.B <= ushort.MaxValue,
            InputKind.Resize => input.A is >= 1 and <= SurfaceFile.SideMax && input.B is >= 1 and <= SurfaceFile.SideMax && input.C is >= 0 and <= 500,
            InputKind.Synchronize or InputKind.Refresh or InputKind.ReleaseAll => true,
            _ => false,
        };

    // SAFETY: every offset is a constant of InputLayout or an index below Capacity, all inside the mapping's checked length.
    ref T At<T>(int offset) where T : unmanaged => ref Unsafe.AsRef<T>(_mapping.Start + offset);
}
