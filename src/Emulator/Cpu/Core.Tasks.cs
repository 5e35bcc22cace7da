namespace RemoteChain.Emulator.Cpu;

/// <remarks>Hardware task switches (SDM volume 3, chapter 7). Linux uses one for double faults only; older systems, and tests of processors, use
/// all of it.</remarks>
unsafe partial class Core
{
    const uint Busy = 0x200;
    const ulong DebugTask = 1 << 15, LocalBreakpoints = 0x155;

    /// <summary>What begins a task switch.</summary>
    internal enum TaskEntry
    {
        Jump,
        Call,
        Return,
        Interrupt,
    }

    /// <summary>Where the fields of a task segment are, and how wide.</summary>
    readonly record struct TaskLayout(uint Cr3, uint Ip, uint Flags, uint General, uint Segments, uint SegmentStep, int SegmentCount, uint Ldt, int Bytes, uint LimitMin)
    {
        internal static readonly TaskLayout Wide = new(0x1C, 0x20, 0x24, 0x28, 0x48, 4, 6, 0x60, 4, 0x67);
        internal static readonly TaskLayout Narrow = new(0, 0x0E, 0x10, 0x12, 0x22, 2, 4, 0x2A, 2, 0x2B);
    }

    /// <summary>Leaves this task, whose next instruction is at <see cref="CpuState.Ip"/>, for another.</summary>
    /// <exception cref="GuestFault">Before anything changed; or, with its own place, in the new task.</exception>
    void SwitchTask(uint selector, TaskEntry how, uint? code)
    {
        // SAFETY: State is this core's own memory; task segments are read and written through the tables of pages.
        var invalid = how is TaskEntry.Return ? GuestFault.InvalidTask : GuestFault.Protection;
        if ((selector & ~3u) == 0 || (selector & 4) != 0) throw new GuestFault(invalid, selector & ~3u);
        var (low, high) = ReadDescriptor(selector, invalid);
        var type = (high >> 8) & 0x1F;
        if (how == TaskEntry.Return ? type is not (3 or 11) : type is not (TaskAvailable16 or TaskAvailable32))
            throw new GuestFault(invalid, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        var wide = (type & 8) != 0;
        var layout = wide ? TaskLayout.Wide : TaskLayout.Narrow;
        var next = Unpack(selector, low, high | Busy);
        if (next.Limit < layout.LimitMin) throw new GuestFault(GuestFault.InvalidTask, selector & ~3u);
        // Everything is read before anything is written: a page that is missing is the old task's matter.
        Span<uint> fields = stackalloc uint[17];
        ReadTask(next.Base, layout, fields);
        SaveTask(how);
        if (how is TaskEntry.Jump or TaskEntry.Return) MarkTask(State->Task.Selector, busy: false);
        if (how is TaskEntry.Call or TaskEntry.Interrupt) SystemStore(next.Base, 2, State->Task.Selector);
        if (how != TaskEntry.Return) MarkTask(selector, busy: true);
        State->Task = next;
        State->Cr0 |= TaskSwitched;
        State->Debug[7] &= ~LocalBreakpoints;
        if (wide && (State->Cr0 & PagingOn) != 0) LoadPageTables(fields[16]);
        var nested = how is TaskEntry.Call or TaskEntry.Interrupt ? Flags.NestedTask : 0;
        EnterTask(layout, fields, nested, code);
        if (wide && (SystemLoad(next.Base + 0x64, 2) & 1) != 0)
        {
            State->Debug[6] |= DebugTask;
            throw new GuestFault(GuestFault.Debug) { Ip = State->Ip };
        }
    }

    /// <summary>Fields in this order: IP, flags, eight registers, segments from ES to GS, local table; CR3 last.</summary>
    void ReadTask(ulong start, in TaskLayout layout, Span<uint> fields)
    {
        fields[0] = SystemLoad(start + layout.Ip, layout.Bytes);
        fields[1] = SystemLoad(start + layout.Flags, layout.Bytes);
        for (var n = 0; n < 8; n++) fields[2 + n] = SystemLoad(start + layout.General + (uint)(n * layout.Bytes), layout.Bytes);
        for (var n = 0; n < layout.SegmentCount; n++) fields[10 + n] = SystemLoad(start + layout.Segments + (uint)n * layout.SegmentStep, 2);
        var local = SystemLoad(start + layout.Ldt, 2);
        fields[16] = layout.Bytes == 4 ? SystemLoad(start + layout.Cr3, 4) : 0;
        // The last place is shared: a narrow task has neither CR3 nor FS and GS.
        _nextLocalTable = local;
    }

    uint _nextLocalTable;

    void SaveTask(TaskEntry how)
    {
        var task = State->Task;
        var layout = (task.Access & 0x800) != 0 ? TaskLayout.Wide : TaskLayout.Narrow;
        var flags = Flags.Get(State);
        if (how == TaskEntry.Return) flags &= ~Flags.NestedTask;
        SystemStore(task.Base + layout.Ip, layout.Bytes, (uint)State->Ip);
        SystemStore(task.Base + layout.Flags, layout.Bytes, flags);
        for (var n = 0; n < 8; n++) SystemStore(task.Base + layout.General + (uint)(n * layout.Bytes), layout.Bytes, (uint)State->Gpr[n]);
        for (var n = 0; n < layout.SegmentCount; n++) SystemStore(task.Base + layout.Segments + (uint)n * layout.SegmentStep, 2, Segments[n].Selector);
    }

    void MarkTask(uint selector, bool busy)
    {
        var at = State->Gdt.Base + (selector & ~7u) + 4;
        var high = SystemLoad(at, 4);
        SystemStore(at, 4, busy ? high | Busy : high & ~Busy);
    }

    void EnterTask(in TaskLayout layout, ReadOnlySpan<uint> fields, uint nested, uint? code)
    {
        State->Ip = fields[0];
        Flags.Set(State, fields[1] | nested);
        for (var n = 0; n < 8; n++) State->Gpr[n] = layout.Bytes == 4 ? fields[2 + n] : fields[2 + n] | 0xFFFF_0000;
        for (var n = 0; n < 6; n++) Segments[n] = new() { Selector = n < layout.SegmentCount ? fields[10 + n] : 0 };
        State->Ldt = new() { Selector = _nextLocalTable };
        State->Cpl = fields[10 + Cs] & 3;
        try
        {
            EnterSegments(fields[10..16]);
            if (code is { } pushed) Push(pushed, layout.Bytes);
            DemandInCode((uint)State->Ip);
        }
        catch (GuestFault fault)
        {
            throw new GuestFault(fault.Vector == GuestFault.Protection && fault.Code != 0 ? GuestFault.InvalidTask : fault.Vector, fault.Code) { Ip = State->Ip };
        }
        finally
        {
            ModeChanged();
        }
    }

    void EnterSegments(ReadOnlySpan<uint> selectors)
    {
        if ((_nextLocalTable & 4) != 0) throw new GuestFault(GuestFault.InvalidTask, _nextLocalTable & ~3u);
        LoadLocalTable(_nextLocalTable);
        if (IsVirtual)
        {
            State->Cpl = 3;
            for (var n = 0; n < 6; n++) Segments[n] = VirtualSegment(selectors[n]);
            return;
        }
        var selector = selectors[Cs];
        if ((selector & ~3u) == 0) throw new GuestFault(GuestFault.InvalidTask);
        var (low, high) = ReadDescriptor(selector, GuestFault.InvalidTask);
        var privilege = (high >> 13) & 3;
        var conforming = (high & Segment.ExpandDownOrConforming) != 0;
        if ((high & (Segment.NotSystem | Segment.Code)) != (Segment.NotSystem | Segment.Code)
            || (conforming ? privilege > (selector & 3) : privilege != (selector & 3)))
            throw new GuestFault(GuestFault.InvalidTask, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        SetCode(selector, low, high, selector & 3);
        LoadSegment(Ss, selectors[Ss]);
        foreach (var n in (ReadOnlySpan<int>)[Es, Ds, Fs, Gs]) LoadSegment(n, selectors[n]);
    }
}
