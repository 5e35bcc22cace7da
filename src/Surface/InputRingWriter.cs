using System.Runtime.CompilerServices;

namespace RemoteChain.Surface;

/// <summary>The front's end of its input ring. Used by one thread at a time; never blocks, never allocates.</summary>
/// <remarks>When more than half full, plain mouse moves wait outside the ring and only the newest is kept; when full, other events are lost
/// and a <see cref="InputKind.ReleaseAll"/> is owed, which goes in first: a key release is thereby never lost in effect.</remarks>
public sealed unsafe class InputRingWriter : IDisposable
{
    /// <summary>Entries that fit.</summary>
    public const int Capacity = 1024;

    const ulong Crowded = Capacity / 2;

    readonly SharedMapping _mapping;
    readonly Bell _bell;
    readonly ulong _front;
    ulong _head;
    InputEvent _pendingMove;
    bool _hasPendingMove;
    bool _owesRelease;

    /// <summary>Maps the ring. The caller keeps <paramref name="input"/>; the writer owns the bell.</summary>
    /// <exception cref="IOException">It cannot be mapped, or it is no input ring of this version.</exception>
    public InputRingWriter(DescriptorHandle input, Bell inputBell, int frontNumber)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)frontNumber - 1, (uint)ushort.MaxValue - 1, nameof(frontNumber));
        _mapping = SharedMapping.TryMap(input, writable: true, InputLayout.Magic, InputLayout.Length)
            ?? throw new IOException("The descriptor is no writable input ring of this version.");
        _bell = inputBell;
        _front = (ulong)frontNumber << 48;
        _head = At<ulong>(InputLayout.Head);
    }

    /// <summary>Puts an event into the ring with its id and the stamp of now, and rings the desktop's bell.</summary>
    /// <param name="input">What happened; <see cref="InputEvent.Id"/> and <see cref="InputEvent.PublishedNanos"/> are ignored.</param>
    /// <param name="id">The id it got; 0 unless written.</param>
    public InputWrite Write(in InputEvent input, out ulong id)
    {
        id = 0;
        if (input.IsPlainMove && (_owesRelease || Used > Crowded))
        {
            _pendingMove = input;
            _hasPendingMove = true;
            return InputWrite.Coalesced;
        }
        // What waits outside happened earlier: it goes in first, so that a button comes after the move that led to it.
        Flush();
        if (_owesRelease || Used >= Capacity)
        {
            _owesRelease = true;
            return InputWrite.Dropped;
        }
        id = Put(input);
        _bell.Ring();
        return InputWrite.Written;
    }

    /// <summary>Wakes the desktop ahead of time: an input is about to be decoded. <see cref="Retract"/> it in any case.</summary>
    public void Announce()
    {
        Volatile.Write(ref At<uint>(InputLayout.InputComing), 1);
        _bell.Ring();
    }

    /// <summary>What was announced is in the ring, or was no input after all.</summary>
    public void Retract() => Volatile.Write(ref At<uint>(InputLayout.InputComing), 0);

    /// <summary>The desktop is decoding what may become a picture.</summary>
    public bool IsPictureComing => Volatile.Read(ref At<uint>(InputLayout.PictureComing)) != 0;

    /// <summary>Puts in what waits outside (a coalesced move, an owed release). Call it from the loop's tick when
    /// <see cref="HasPending"/>.</summary>
    public void Flush()
    {
        if (!HasPending || Used >= Capacity) return;
        if (_owesRelease)
        {
            Put(new(InputKind.ReleaseAll, 0));
            _owesRelease = false;
        }
        if (_hasPendingMove && Used < Capacity)
        {
            Put(_pendingMove);
            _hasPendingMove = false;
        }
        _bell.Ring();
    }

    /// <summary>Entries that can be written now without losing any.</summary>
    public int Room => Capacity - (int)Used;

    /// <summary>True when something waits outside the ring.</summary>
    public bool HasPending => _hasPendingMove || _owesRelease;

    /// <summary>Unmaps and closes the bell.</summary>
    public void Dispose()
    {
        _mapping.Dispose();
        _bell.Dispose();
    }

    /// <summary>Entries that the desktop has not read. A count that cannot be true (the desktop is hostile) counts as full: only its own
    /// input is lost.</summary>
    ulong Used => Math.Min(_head - Volatile.Read(ref At<ulong>(InputLayout.Tail)), Capacity);

    ulong Put(in InputEvent input)
    {
        var id = _front | ((_head + 1) & 0xFFFF_FFFF_FFFF);
        At<InputSlot>(InputLayout.Ring + (int)(_head % Capacity) * sizeof(InputSlot)) = new InputSlot
        {
            Id = id, Kind = (ushort)input.Kind, Flags = input.Flags, A = input.A, B = input.B, C = input.C,
            ReceivedNanos = input.ReceivedNanos, PublishedNanos = MonotonicClock.NowNanos(),
        };
        Volatile.Write(ref At<ulong>(InputLayout.Head), ++_head);
        return id;
    }

    // SAFETY: every offset is a constant of InputLayout or an index below Capacity, all inside the mapping's checked length.
    ref T At<T>(int offset) where T : unmanaged => ref Unsafe.AsRef<T>(_mapping.Start + offset);
}
