using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Memory;

/// <summary>From linear to host addresses: paging (SDM volume 3, sections 4.3 and 4.4) in front of a table of recent translations. The fast
/// half of every access is inlined into the handlers (<see cref="Access"/>); this is the slow half.</summary>
sealed unsafe class Mmu : IDisposable
{
    internal const int Entries = 1024;
    const uint PagePresent = 1, PageWritable = 2, PageUser = 4, PageAccessed = 32, PageDirty = 64, PageLarge = 128;
    const uint CodeNotPresent = 1, CodeWrite = 2, CodeUser = 4, CodeReserved = 8, CodeFetch = 16;
    const ulong PageMask = ~0xFFFUL, WriteProtect = 1 << 16, LargePages = 1 << 4;

    // Physical addresses have 36 bits; large pages of the narrow kind reach 4 GiB only.
    const uint LargeReserved = 0x3F_E000;
    const ulong WideMask = 0xF_FFFF_F000, WideReserved = 0x7FFF_FFF0_0000_0000, WideLargeReserved = 0x1F_E000, NoExecute = 1UL << 63;

    readonly PhysicalMemory _memory;
    readonly CpuState* _state;
    readonly TlbEntry* _supervisor, _user;
    readonly List<IMappedRange> _ranges = [];

    // SAFETY: two tables of Entries each, freed in Dispose; state belongs to the core, which outlives this.
    internal Mmu(PhysicalMemory memory, CpuState* state)
    {
        _memory = memory;
        _state = state;
        _supervisor = (TlbEntry*)NativeMemory.AlignedAlloc((nuint)(2 * Entries * sizeof(TlbEntry)), 64);
        _user = _supervisor + Entries;
        Flush();
        UsePrivilege();
    }

    /// <summary>Told when a page with decoded code is about to change.</summary>
    internal Action<ulong> CodeChanges { get; set; } = _ => { };

    internal void Add(IMappedRange range) => _ranges.Add(range);

    /// <summary>The tables follow the privilege level.</summary>
    internal void UsePrivilege() => _state->Tlb = _state->Cpl == 3 ? _user : _supervisor;

    /// <summary>Forgets everything.</summary>
    internal void Flush()
    {
        new Span<TlbEntry>(_supervisor, 2 * Entries).Fill(new() { ReadTag = TlbEntry.Never, WriteTag = TlbEntry.Never });
        _state->CodeStamp += 1 << Core.ModeBits;
    }

    /// <summary>Forgets one page.</summary>
    internal void FlushPage(ulong linear)
    {
        var index = (linear >> 12) % Entries;
        _supervisor[index].ReadTag = _supervisor[index].WriteTag = TlbEntry.Never;
        _user[index].ReadTag = _user[index].WriteTag = TlbEntry.Never;
        _state->CodeStamp += 1 << Core.ModeBits;
    }

    /// <summary>Writes to a page with code are noticed from now on.</summary>
    internal void NoticeWrites(ulong physicalPage)
    {
        _memory.SetCode(physicalPage, true);
        var host = (nint)(_memory.Start + physicalPage);
        for (var i = 0; i < 2 * Entries; i++)
        {
            var entry = _supervisor + i;
            if (entry->WriteTag != TlbEntry.Never && entry->Offset + (nint)entry->WriteTag == host) entry->WriteTag = TlbEntry.Never;
        }
    }

    /// <summary>Writes to a range of host memory are noticed from now on.</summary>
    internal void NoticeWrites(byte* host, long bytes)
    {
        for (var i = 0; i < 2 * Entries; i++)
        {
            var entry = _supervisor + i;
            if (entry->WriteTag != TlbEntry.Never && (ulong)(entry->Offset + (nint)entry->WriteTag - (nint)host) < (ulong)bytes)
                entry->WriteTag = TlbEntry.Never;
        }
    }

    /// <summary>A device wrote to RAM: code that was decoded there is decoded again.</summary>
    internal void WrittenByDevice(ulong physical, long bytes)
    {
        for (var page = physical & PageMask; page < physical + (ulong)bytes; page += PhysicalMemory.PageBytes)
        {
            if (!_memory.HasCode(page)) continue;
            _memory.SetCode(page, false);
            CodeChanges(page);
        }
    }

    /// <summary>The physical address of code.</summary>
    internal ulong TranslateCode(ulong linear) => Translate(linear, write: false, _state->Cpl == 3, fetch: true);

    /// <summary>Walks the tables; sets accessed and dirty bits.</summary>
    /// <exception cref="GuestFault">A page fault; CR2 is set.</exception>
    internal ulong Translate(ulong linear, bool write, bool user, bool fetch = false)
    {
        if ((_state->Cr0 & Core.PagingOn) == 0) return linear;
        Walk walk = new(linear, write, user, fetch);
        return (_state->Cr4 & Core.WidePages) != 0 ? TranslateWide(walk) : TranslateNarrow(walk);
    }

    /// <summary>What is looked for.</summary>
    readonly record struct Walk(ulong Linear, bool Write, bool User, bool Fetch);

    ulong TranslateNarrow(in Walk walk)
    {
        var directoryAt = (_state->Cr3 & PageMask) + (walk.Linear >> 22) * 4;
        var directory = _memory.Read32(directoryAt);
        if ((directory & PagePresent) == 0 || directory == uint.MaxValue) throw PageFault(walk, 0);
        if ((directory & PageLarge) != 0 && (_state->Cr4 & LargePages) != 0)
        {
            if ((directory & LargeReserved) != 0) throw PageFault(walk, CodeNotPresent | CodeReserved);
            Check(walk, directory);
            var used = directory | PageAccessed | (walk.Write ? PageDirty : 0);
            if (used != directory) _memory.Write32(directoryAt, used);
            return (directory & 0xFFC0_0000) | (walk.Linear & 0x3F_FFFF);
        }
        var tableAt = (directory & PageMask) + ((walk.Linear >> 12) & 0x3FF) * 4;
        var table = _memory.Read32(tableAt);
        if ((table & PagePresent) == 0) throw PageFault(walk, 0);
        Check(walk, directory & table);
        if ((directory & PageAccessed) == 0) _memory.Write32(directoryAt, directory | PageAccessed);
        var marked = table | PageAccessed | (walk.Write ? PageDirty : 0);
        if (marked != table) _memory.Write32(tableAt, marked);
        return (table & PageMask) | (walk.Linear & 0xFFF);
    }

    /// <summary>PAE: entries of 64 bits in three levels (SDM volume 3, section 4.4).</summary>
    ulong TranslateWide(in Walk walk)
    {
        var first = _state->Directories[walk.Linear >> 30];
        if ((first & PagePresent) == 0) throw PageFault(walk, 0);
        var directoryAt = (first & WideMask) + ((walk.Linear >> 21) & 0x1FF) * 8;
        var directory = ReadWide(walk, directoryAt);
        var large = (directory & PageLarge) != 0;
        if (large && (directory & WideLargeReserved) != 0) throw PageFault(walk, CodeNotPresent | CodeReserved);
        var tableAt = large ? directoryAt : (directory & WideMask) + ((walk.Linear >> 12) & 0x1FF) * 8;
        var table = large ? directory : ReadWide(walk, tableAt);
        Check(walk, (uint)(directory & table));
        if (walk.Fetch && ((directory | table) & NoExecute) != 0) throw PageFault(walk, CodeNotPresent);
        if ((directory & PageAccessed) == 0) _memory.Write64(directoryAt, directory | PageAccessed);
        var marked = table | PageAccessed | (walk.Write ? PageDirty : 0);
        if (marked != table) _memory.Write64(tableAt, marked);
        return large ? (table & WideMask & ~0x1F_FFFFUL) | (walk.Linear & 0x1F_FFFF) : (table & WideMask) | (walk.Linear & 0xFFF);
    }

    ulong ReadWide(in Walk walk, ulong at)
    {
        var entry = _memory.Read64(at);
        if ((entry & PagePresent) == 0 || entry == ulong.MaxValue) throw PageFault(walk, 0);
        if ((entry & (WideReserved | ((_state->Efer & Core.NoExecuteOn) != 0 ? 0 : NoExecute))) != 0) throw PageFault(walk, CodeNotPresent | CodeReserved);
        return entry;
    }

    /// <summary>A load that the fast half could not do: not in the table, over a page's end, or no RAM.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ulong SlowLoad(Op* o, ulong linear, int bytes)
    {
        _state->At = o;
        return SlowLoad(linear, bytes);
    }

    internal ulong SlowLoad(ulong linear, int bytes)
    {
        if ((linear & 0xFFF) + (ulong)bytes > PhysicalMemory.PageBytes) return LoadAcross(linear, bytes, write: false);
        var physical = Fill(linear, write: false);
        return LoadPhysical(physical, bytes);
    }

    /// <summary>A load whose store follows: everything that the store could refuse is refused now.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ulong SlowLoadForWrite(Op* o, ulong linear, int bytes)
    {
        _state->At = o;
        return SlowLoadForWrite(linear, bytes);
    }

    internal ulong SlowLoadForWrite(ulong linear, int bytes)
    {
        if ((linear & 0xFFF) + (ulong)bytes > PhysicalMemory.PageBytes) return LoadAcross(linear, bytes, write: true);
        return LoadPhysical(Fill(linear, write: true), bytes);
    }

    /// <summary>A store that the fast half could not do.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void SlowStore(Op* o, ulong linear, int bytes, ulong value)
    {
        _state->At = o;
        SlowStore(linear, bytes, value);
    }

    internal void SlowStore(ulong linear, int bytes, ulong value)
    {
        var here = PhysicalMemory.PageBytes - (int)(linear & 0xFFF);
        if (here >= bytes)
        {
            StorePhysical(Fill(linear, write: true), bytes, value);
            return;
        }
        // Both pages are checked before either changes.
        var first = Fill(linear, write: true);
        var second = Fill(Next(linear, here), write: true);
        for (var i = 0; i < bytes; i++)
            StorePhysical(i < here ? first + (ulong)i : second + (ulong)(i - here), 1, (byte)(value >> (8 * i)));
    }

    /// <summary>Where a byte and the rest of its page are, as for an access to it; null where a device answers.</summary>
    internal byte* HostOf(uint linear, bool write)
    {
        var entry = _state->Tlb + (linear >> 12) % Entries;
        if ((write ? entry->WriteTag : entry->ReadTag) == (linear & ~0xFFFu)) return (byte*)((nint)linear + entry->Offset);
        var host = _memory.Host(Fill(linear, write) & PageMask, write);
        return host == null ? null : host + (linear & 0xFFF);
    }

    /// <summary>Refuses now what a store would refuse.</summary>
    internal void CheckWrite(ulong linear, int bytes)
    {
        Fill(linear, write: true);
        var here = PhysicalMemory.PageBytes - (int)(linear & 0xFFF);
        if (here < bytes) Fill(Next(linear, here), write: true);
    }

    ulong LoadAcross(ulong linear, int bytes, bool write)
    {
        var here = PhysicalMemory.PageBytes - (int)(linear & 0xFFF);
        var first = Fill(linear, write);
        var second = Fill(Next(linear, here), write);
        ulong value = 0;
        for (var i = 0; i < bytes; i++)
            value |= LoadPhysical(i < here ? first + (ulong)i : second + (ulong)(i - here), 1) << (8 * i);
        return value;
    }

    // Linear addresses of this generation of guests have 32 bits and wrap around.
    static ulong Next(ulong linear, int bytes) => (uint)(linear + (ulong)bytes);

    /// <summary>Translates and remembers the translation.</summary>
    ulong Fill(ulong linear, bool write)
    {
        var physical = Translate(linear, write, _state->Tlb == _user);
        var host = _memory.Host(physical & PageMask, write);
        if (host == null) return physical;
        var entry = _state->Tlb + (linear >> 12) % Entries;
        var page = linear & PageMask;
        // SAFETY: host memory is whole pages, so linear plus this offset stays inside it for the whole page.
        var offset = (nint)host - (nint)page;
        if (entry->ReadTag != page || entry->Offset != offset) entry->WriteTag = TlbEntry.Never;
        entry->ReadTag = page;
        entry->Offset = offset;
        if (!write) return physical;
        NoticeCode(physical);
        entry->WriteTag = page;
        return physical;
    }

    /// <summary>Before a write to RAM: code that was decoded from that page must not run on.</summary>
    void NoticeCode(ulong physical)
    {
        if (!_memory.HasCode(physical)) return;
        _memory.SetCode(physical, false);
        CodeChanges(physical & PageMask);
    }

    internal ulong LoadPhysical(ulong physical, int bytes)
    {
        var from = _memory.Host(physical, write: false);
        if (from != null)
        {
            return bytes switch { 1 => *from, 2 => *(ushort*)from, 4 => *(uint*)from, _ => *(ulong*)from };
        }
        if (bytes == 8) return LoadPhysical(physical, 4) | (LoadPhysical(physical + 4, 4) << 32);
        foreach (var range in _ranges)
            if (physical - range.Start < range.Bytes) return range.Read(physical - range.Start, bytes);
        return ulong.MaxValue >> (64 - 8 * bytes);
    }

    internal void StorePhysical(ulong physical, int bytes, ulong value)
    {
        var to = _memory.Host(physical, write: true);
        if (to != null)
        {
            NoticeCode(physical);
            switch (bytes)
            {
                case 1: *to = (byte)value; break;
                case 2: *(ushort*)to = (ushort)value; break;
                case 4: *(uint*)to = (uint)value; break;
                default: *(ulong*)to = value; break;
            }
            return;
        }
        if (bytes == 8)
        {
            StorePhysical(physical, 4, (uint)value);
            StorePhysical(physical + 4, 4, value >> 32);
            return;
        }
        foreach (var range in _ranges)
            if (physical - range.Start < range.Bytes) range.Write(physical - range.Start, bytes, (uint)value);
    }

    void Check(in Walk walk, uint rights)
    {
        var refused = walk.User
            ? (rights & PageUser) == 0 || (walk.Write && (rights & PageWritable) == 0)
            : walk.Write && (rights & PageWritable) == 0 && (_state->Cr0 & WriteProtect) != 0;
        if (refused) throw PageFault(walk, CodeNotPresent);
    }

    GuestFault PageFault(in Walk walk, uint reason)
    {
        _state->Cr2 = walk.Linear;
        var fetched = walk.Fetch && (_state->Cr4 & Core.WidePages) != 0 && (_state->Efer & Core.NoExecuteOn) != 0;
        return new(GuestFault.Page, reason | (walk.Write ? CodeWrite : 0) | (walk.User ? CodeUser : 0) | (fetched ? CodeFetch : 0));
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_supervisor);
}
