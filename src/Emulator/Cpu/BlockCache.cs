using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>Decoded blocks by where they lie in RAM. A block ends at a jump, at an instruction that changes the mode, or with its page. Blocks
/// of a page that is written to turn stale: each of their operations then leaves the block before it does anything.</summary>
sealed unsafe class BlockCache : IDisposable
{
    /// <summary>Operations that fit; when they are used up, everything is forgotten and decoded again.</summary>
    internal const int OpsMax = 1 << 20;

    readonly Dictionary<Key, nint> _blocks = [];
    readonly Dictionary<ulong, List<(Key Key, nint Start, int Length)>> _pages = [];

    // SAFETY: one allocation of OpsMax operations, handed out from the front and never beyond its end; freed in Dispose.
    readonly Op* _ops = (Op*)NativeMemory.AlignedAlloc((nuint)OpsMax * (nuint)sizeof(Op), 64);
    int _used;

    /// <summary>Where a block lies and how it was decoded.</summary>
    internal readonly record struct Key(ulong Physical, ulong Ip, ulong Mode);

    internal bool IsFull => _used > OpsMax - BlockDecoder.InstructionsMax * 2;

    internal int Count => _blocks.Count;

    /// <summary>Room for operations; <see cref="Keep"/> says how many of them were used.</summary>
    internal Op* Free => _ops + _used;

    internal Op* Find(in Key key) => _blocks.TryGetValue(key, out var found) ? (Op*)found : null;

    internal void Keep(in Key key, int length)
    {
        var start = Free;
        _used += length;
        _blocks[key] = (nint)start;
        var page = key.Physical & ~0xFFFUL;
        if (!_pages.TryGetValue(page, out var list)) _pages[page] = list = [];
        list.Add((key, (nint)start, length));
    }

    /// <summary>A page of code changes: its blocks must not run any further.</summary>
    internal void Invalidate(ulong page)
    {
        if (!_pages.Remove(page, out var list)) return;
        foreach (var (key, start, length) in list)
        {
            _blocks.Remove(key);
            ((Op*)start)->Run = &BlockDecoder.StaleHead;
            for (var i = 1; i < length; i++) ((Op*)start)[i].Run = &BlockDecoder.Stale;
        }
    }

    /// <summary>Pages that have blocks.</summary>
    internal IEnumerable<ulong> Pages => _pages.Keys;

    /// <summary>Forgets all; only between blocks.</summary>
    internal void Clear()
    {
        _blocks.Clear();
        _pages.Clear();
        _used = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_ops);
}
