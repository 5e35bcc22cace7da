using System.Numerics;
using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Memory;

/// <summary>Host memory that answers at physical addresses beside RAM: firmware, which takes no writes, or video memory, which remembers the
/// pages that were written to.</summary>
sealed unsafe class MemoryWindow : IDisposable
{
    /// <summary>Where nothing is: a window that is switched off.</summary>
    internal const ulong Nowhere = 1UL << 60;

    readonly ulong[] _changed;

    // SAFETY: one allocation of whole pages, freed in Dispose; the machine forgets every translation into it before.
    internal MemoryWindow(int bytes, bool writable)
    {
        Bytes = (ulong)bytes;
        IsWritable = writable;
        // Zeroed by the host when it is first touched, so that what a guest does not use costs nothing.
        Start = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        _changed = new ulong[(bytes / PhysicalMemory.PageBytes + 63) / 64];
    }

    /// <summary>Its first physical address; after a change, every translation must be forgotten.</summary>
    internal ulong At { get; set; } = Nowhere;

    internal ulong Bytes { get; }

    internal bool IsWritable { get; }

    internal byte* Start { get; }

    /// <summary>The whole of it.</summary>
    internal Span<byte> Span => new(Start, (int)Bytes);

    /// <summary>True once a page was written to since <see cref="ClearChanges"/>.</summary>
    internal bool HasChanges { get; private set; }

    /// <summary>Set to be told of the next write; the translations for writing must be forgotten with it.</summary>
    internal bool IsWatched { get; set; }

    /// <summary>Told at the first write since <see cref="IsWatched"/> was set.</summary>
    internal Action Written { get; set; } = () => { };

    /// <summary>Where an offset inside the window is, to its page's end.</summary>
    internal byte* Host(ulong offset, bool write)
    {
        if (!write) return Start + offset;
        if (!IsWritable) return null;
        MarkChanged((int)(offset / PhysicalMemory.PageBytes));
        return Start + offset;
    }

    internal void MarkChanged(int page)
    {
        _changed[page / 64] |= 1UL << (page % 64);
        HasChanges = true;
        if (!IsWatched) return;
        IsWatched = false;
        Written();
    }

    /// <summary>The first changed page at or behind one; the number of pages when there is none.</summary>
    internal int NextChanged(int page)
    {
        for (var word = page / 64; word < _changed.Length; word++)
        {
            var bits = _changed[word];
            if (word == page / 64) bits &= ulong.MaxValue << (page % 64);
            if (bits != 0) return word * 64 + BitOperations.TrailingZeroCount(bits);
        }
        return (int)(Bytes / PhysicalMemory.PageBytes);
    }

    internal void ClearChanges()
    {
        Array.Clear(_changed);
        HasChanges = false;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(Start);
}
