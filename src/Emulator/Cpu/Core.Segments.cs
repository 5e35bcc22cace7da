namespace RemoteChain.Emulator.Cpu;

/// <remarks>Segments and descriptors (SDM volume 3, chapters 3 and 5).</remarks>
unsafe partial class Core
{
    const uint AccessMask = 0x00F0_FF00, Granular = 1 << 23, Accessed = 1 << 8;

    /// <summary>A linear address, if the segment allows this access.</summary>
    /// <exception cref="GuestFault">General protection or stack fault.</exception>
    internal ulong Linear(int segment, uint offset, int bytes, bool write)
    {
        // SAFETY: segment is one of the six numbers that the decoder gives.
        var at = Segments + segment;
        if (at->Open == 0) CheckAccess(at, segment, offset, bytes, write);
        var linear = (uint)(at->Base + offset);
        if (State->Strict != 0) CheckStrict(linear, bytes, write);
        return linear;
    }

    void CheckAccess(Segment* at, int segment, uint offset, int bytes, bool write)
    {
        var fault = segment == Ss ? GuestFault.Stack : GuestFault.Protection;
        if (UsesSelectors)
        {
            if ((at->Access & Segment.Present) == 0) throw new GuestFault(fault);
            var code = (at->Access & Segment.Code) != 0;
            if (write && (code || (at->Access & Segment.WriteOrRead) == 0)) throw new GuestFault(fault);
            if (!write && code && (at->Access & Segment.WriteOrRead) == 0) throw new GuestFault(fault);
            if (!code && (at->Access & Segment.ExpandDownOrConforming) != 0)
            {
                var top = at->IsBig ? uint.MaxValue : 0xFFFF;
                if (offset <= at->Limit || offset > top || (uint)(bytes - 1) > top - offset) throw new GuestFault(fault);
                return;
            }
        }
        if (offset > at->Limit || (uint)(bytes - 1) > at->Limit - offset) throw new GuestFault(fault);
    }

    /// <summary>A descriptor, or a fault that names the selector.</summary>
    internal (uint Low, uint High) ReadDescriptor(uint selector, int fault)
    {
        var (start, limit) = (selector & 4) != 0 ? (State->Ldt.Base, State->Ldt.Limit) : (State->Gdt.Base, State->Gdt.Limit);
        if ((selector & 4) != 0 && (State->Ldt.Selector & ~3u) == 0) throw new GuestFault(fault, selector & ~3u);
        if ((selector | 7) > limit) throw new GuestFault(fault, selector & ~3u);
        var at = start + (selector & ~7u);
        return (SystemLoad(at, 4), SystemLoad(at + 4, 4));
    }

    internal bool TryReadDescriptor(uint selector, out uint low, out uint high)
    {
        low = high = 0;
        var limit = (selector & 4) != 0 ? State->Ldt.Limit : State->Gdt.Limit;
        if ((selector & ~3u) == 0 || (selector | 7) > limit) return false;
        if ((selector & 4) != 0 && (State->Ldt.Selector & ~3u) == 0) return false;
        (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        return true;
    }

    internal static Segment Unpack(uint selector, uint low, uint high)
    {
        var limit = (low & 0xFFFF) | (high & 0xF_0000);
        if ((high & Granular) != 0) limit = (limit << 12) | 0xFFF;
        const uint openMask = Segment.Present | Segment.NotSystem | Segment.Code | Segment.ExpandDownOrConforming | Segment.WriteOrRead;
        return new()
        {
            Selector = selector,
            Base = (low >> 16) | ((high & 0xFF) << 16) | (high & 0xFF00_0000),
            Limit = limit,
            Access = high & AccessMask,
            Open = limit == uint.MaxValue && (high & openMask) == (Segment.Present | Segment.NotSystem | Segment.WriteOrRead) ? 1u : 0u,
        };
    }

    /// <summary>Marks a descriptor as used, as the processor does in the table itself.</summary>
    void MarkAccessed(uint selector, uint high)
    {
        if ((high & Accessed) != 0) return;
        var start = (selector & 4) != 0 ? State->Ldt.Base : State->Gdt.Base;
        var physical = Mmu.Translate((uint)(start + (selector & ~7u) + 4), write: true, user: false);
        Memory.Write32(physical, high | Accessed);
    }

    /// <summary>MOV and POP to a data segment register, LDS and its kin.</summary>
    internal void LoadSegment(int segment, uint selector)
    {
        if (!UsesSelectors)
        {
            LoadRealSegment(segment, selector);
            return;
        }
        if ((selector & ~3u) == 0)
        {
            if (segment == Ss) throw new GuestFault(GuestFault.Protection);
            Segments[segment] = new() { Selector = selector };
            ModeChanged();
            return;
        }
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        var privilege = (high >> 13) & 3;
        var requested = selector & 3;
        var isCode = (high & Segment.Code) != 0;
        var refused = (high & Segment.NotSystem) == 0;
        if (segment == Ss)
            refused |= requested != State->Cpl || privilege != State->Cpl || isCode || (high & Segment.WriteOrRead) == 0;
        else
            refused |= (isCode && (high & Segment.WriteOrRead) == 0)
                || (!(isCode && (high & Segment.ExpandDownOrConforming) != 0) && (requested > privilege || State->Cpl > privilege));
        if (refused) throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(segment == Ss ? GuestFault.Stack : GuestFault.NotPresent, selector & ~3u);
        MarkAccessed(selector, high);
        Segments[segment] = Unpack(selector, low, high | Accessed);
        ModeChanged();
    }

    void LoadRealSegment(int segment, uint selector)
    {
        // Limit and rights stay what they were: programs that come from protected mode rely on it.
        Segments[segment].Selector = selector;
        Segments[segment].Base = selector << 4;
        if (IsVirtual) Segments[segment] = VirtualSegment(selector);
        ModeChanged();
    }

    static Segment VirtualSegment(uint selector) => new() { Selector = selector, Base = selector << 4, Limit = 0xFFFF, Access = 0xF300 };

    /// <summary>A code segment for a transfer that the caller has checked.</summary>
    internal void SetCode(uint selector, uint low, uint high, uint privilege)
    {
        MarkAccessed(selector, high);
        State->Cs = Unpack((selector & ~3u) | privilege, low, high | Accessed);
        State->Cpl = privilege;
        ModeChanged();
    }

    /// <summary>LLDT.</summary>
    internal void LoadLocalTable(uint selector)
    {
        if ((selector & ~3u) == 0)
        {
            State->Ldt = new() { Selector = selector };
            return;
        }
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        if ((high & 0x1F00) != 0x0200) throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        State->Ldt = Unpack(selector, low, high);
    }

    /// <summary>LTR.</summary>
    internal void LoadTask(uint selector)
    {
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        if ((high & 0x1F00) is not (0x0100 or 0x0900)) throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        const uint busy = 0x200;
        Memory.Write32(Mmu.Translate((uint)(State->Gdt.Base + (selector & ~7u) + 4), write: true, user: false), high | busy);
        State->Task = Unpack(selector, low, high | busy);
    }
}
