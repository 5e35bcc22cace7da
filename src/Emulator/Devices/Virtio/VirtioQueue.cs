namespace RemoteChain.Emulator.Devices.Virtio;

/// <summary>A split virtqueue (Virtio 1.1, section 2.6): the guest lists buffers, the device gives them back. Everything in it comes from the guest
/// and is checked when it is used.</summary>
sealed class VirtioQueue(BusMemory memory)
{
    internal const int SizeMax = 128;

    /// <summary>Bytes that the buffers of one request may have together.</summary>
    internal const int RequestBytesMax = 1 << 20;
    const int DescriptorBytes = 16, Next = 1, Writable = 2, NoInterrupt = 1;

    readonly List<(ulong Address, int Bytes)> _readable = [], _writable = [];
    ushort _taken, _given, _head;

    internal ushort Size { get; set; } = SizeMax;

    internal bool IsEnabled { get; set; }

    internal ulong Descriptors { get; set; }

    internal ulong Available { get; set; }

    internal ulong Used { get; set; }

    /// <summary>Bytes that the request has for the device, and room that it has for the answer.</summary>
    internal (int Readable, int Writable) Length { get; private set; }

    /// <summary>The guest wants to be woken when buffers come back.</summary>
    internal bool WantsInterrupt => (memory.ReadNumber(Available, 2) & NoInterrupt) == 0;

    /// <summary>Takes the next request; it stays the one that the other methods mean.</summary>
    /// <param name="isBroken">The guest listed what cannot be: the device stops until it is reset.</param>
    internal bool TryTake(out bool isBroken)
    {
        isBroken = false;
        if (!IsEnabled || (ushort)memory.ReadNumber(Available + 2, 2) == _taken) return false;
        _head = (ushort)memory.ReadNumber(Available + 4 + 2UL * (uint)(_taken % Size), 2);
        isBroken = !TryWalk();
        if (!isBroken) _taken++;
        return !isBroken;
    }

    /// <summary>A request that was taken, but cannot be answered yet, is the next one again.</summary>
    internal void PutBack() => _taken--;

    bool TryWalk()
    {
        _readable.Clear();
        _writable.Clear();
        var (readable, writable) = (0, 0);
        var index = _head;
        for (var i = 0; i < Size; i++)
        {
            if (index >= Size) return false;
            var at = Descriptors + (ulong)(index * DescriptorBytes);
            var address = memory.ReadNumber(at, 8);
            var bytes = memory.ReadNumber(at + 8, 4);
            var flags = memory.ReadNumber(at + 12, 2);
            if (bytes > RequestBytesMax) return false;
            if ((flags & Writable) != 0)
            {
                _writable.Add((address, (int)bytes));
                writable += (int)bytes;
            }
            else
            {
                // What the device reads comes before what it writes.
                if (_writable.Count > 0) return false;
                _readable.Add((address, (int)bytes));
                readable += (int)bytes;
            }
            if (readable > RequestBytesMax || writable > RequestBytesMax) return false;
            if ((flags & Next) == 0)
            {
                Length = (readable, writable);
                return true;
            }
            index = (ushort)memory.ReadNumber(at + 14, 2);
        }
        return false;
    }

    /// <summary>Copies from the request.</summary>
    /// <returns>False when it is shorter, or not in RAM.</returns>
    internal bool TryRead(int offset, Span<byte> to)
    {
        foreach (var (address, bytes) in _readable)
        {
            if (to.Length == 0) return true;
            if (offset >= bytes)
            {
                offset -= bytes;
                continue;
            }
            var part = Math.Min(bytes - offset, to.Length);
            if (!memory.TryRead(address + (ulong)offset, to[..part])) return false;
            to = to[part..];
            offset = 0;
        }
        return to.Length == 0;
    }

    /// <summary>Copies into the request's room.</summary>
    /// <returns>False when there is less, or it is not in RAM.</returns>
    internal bool TryWrite(int offset, ReadOnlySpan<byte> from)
    {
        foreach (var (address, bytes) in _writable)
        {
            if (from.Length == 0) return true;
            if (offset >= bytes)
            {
                offset -= bytes;
                continue;
            }
            var part = Math.Min(bytes - offset, from.Length);
            if (!memory.TryWrite(address + (ulong)offset, from[..part])) return false;
            from = from[part..];
            offset = 0;
        }
        return from.Length == 0;
    }

    /// <summary>Gives the request's buffers back.</summary>
    /// <param name="written">Bytes of its room that were used.</param>
    internal void Give(int written)
    {
        var entry = Used + 4 + 8UL * (uint)(_given % Size);
        memory.WriteNumber(entry, 4, _head);
        memory.WriteNumber(entry + 4, 4, (uint)written);
        memory.WriteNumber(Used + 2, 2, ++_given);
    }

    internal void Reset()
    {
        (_taken, _given, IsEnabled, Size) = (0, 0, false, SizeMax);
        Descriptors = Available = Used = 0;
    }

    internal void Save(StateWriter to) => to.Add(Size, IsEnabled ? 1 : 0, (long)Descriptors, (long)Available, (long)Used, _taken, _given);
}
