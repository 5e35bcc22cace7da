using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Memory;

/// <summary>From linear to host addresses: two-level paging (SDM volume 3, section 4.3) in front of a table of recent translations. The fast
/// half of every access is inlined into the handlers (<see cref="Access"/>); this is the slow half.</summary>
sealed unsafe class Mmu : IDisposable
{
    internal const int Entries = 1024;
    const uint PagePresent = 1, PageWritable = 2, PageUser = 4, PageAccessed = 32, PageDirty = 64, PageLarge = 128;
    const uint CodeNotPresent = 1, CodeWrite = 2, CodeUser = 4;
    const ulong PageMask = ~0xFFFUL, PagingOn = 1UL << 31, WriteProtect = 1 << 16, LargePages = 1 << 4;

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
    internal ulong TranslateCode(ulong linear) => Translate(linear, write: false, _state->Cpl == 3);

    /// <summary>Walks the tables; sets accessed and dirty bits.</summary>
    /// <exception cref="GuestFault">A page fault; CR2 is set.</exception>
    internal ulong Translate(ulong linear, bool write, bool user)
    {
        if ((_state->Cr0 & PagingOn) == 0) return linear;
        var directoryAt = (_state->Cr3 & PageMask) + (linear >> 22) * 4;
        var directory = _memory.Read32(directoryAt);
        if ((directory & PagePresent) == 0 || directory == uint.MaxValue) throw PageFault(linear, 0, write, user);
        if ((directory & PageLarge) != 0 && (_state->Cr4 & LargePages) != 0)
        {
            Check(linear, directory, write, user);
            _memory.Write32(directoryAt, directory | PageAccessed | (write ? PageDirty : 0));
            return (directory & 0xFFC0_0000) | (linear & 0x3F_FFFF);
        }
        var tableAt = (directory & PageMask) + ((linear >> 12) & 0x3FF) * 4;
        var table = _memory.Read32(tableAt);
        if ((table & PagePresent) == 0) throw PageFault(linear, 0, write, user);
        Check(linear, directory & table, write, user);
        if ((directory & PageAccessed) == 0) _memory.Write32(directoryAt, directory | PageAccessed);
        var marked = table | PageAccessed | (write ? PageDirty : 0);
        if (marked != table) _memory.Write32(tableAt, marked);
        return (table & PageMask) | (linear & 0xFFF);
    }

    /// <summary>A load that the fast half could not do: not in the table, over a page's end, or no RAM.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ulong SlowLoad(ulong linear, int bytes)
    {
        if ((linear & 0xFFF) + (ulong)bytes > PhysicalMemory.PageBytes) return LoadAcross(linear, bytes, write: false);
        var physical = Fill(linear, write: false);
        return LoadPhysical(physical, bytes);
    }

    /// <summary>A load whose store follows: everything that the store could refuse is refused now.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ulong SlowLoadForWrite(ulong linear, int bytes)
    {
        if ((linear & 0xFFF) + (ulong)bytes > PhysicalMemory.PageBytes) return LoadAcross(linear, bytes, write: true);
        return LoadPhysical(Fill(linear, write: true), bytes);
    }

    /// <summary>A store that the fast half could not do.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
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

    /// <summary>Refuses now what a store would refuse.</summary>
    internal void CheckWrite(ulong linear, int bytes)
    {
        Fill(linear, write: true);
        if ((linear & 0xFFF) + (ulong)bytes > PhysicalMemory.PageBytes) Fill((uint)(linear + (ulong)bytes - 1), write: true);
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
        if (_memory.HasCode(physical))
        {
            _memory.SetCode(physical, false);
            CodeChanges(physical & PageMask);
        }
        entry->WriteTag = page;
        return physical;
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

    void StorePhysical(ulong physical, int bytes, ulong value)
    {
        var to = _memory.Host(physical, write: true);
        if (to != null)
        {
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

    void Check(ulong linear, uint rights, bool write, bool user)
    {
        var refused = user
            ? (rights & PageUser) == 0 || (write && (rights & PageWritable) == 0)
            : write && (rights & PageWritable) == 0 && (_state->Cr0 & WriteProtect) != 0;
        if (refused) throw PageFault(linear, CodeNotPresent, write, user);
    }

    GuestFault PageFault(ulong linear, uint present, bool write, bool user)
    {
        _state->Cr2 = linear;
        return new(GuestFault.Page, present | (write ? CodeWrite : 0) | (user ? CodeUser : 0));
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_supervisor);
}
