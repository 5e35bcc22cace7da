namespace RemoteChain.Emulator.Cpu;

/// <remarks>Far jumps, calls and returns (SDM volume 3, section 5.8), SYSENTER and SYSEXIT.</remarks>
unsafe partial class Core
{
    const uint TaskAvailable16 = 1, CallGate16 = 4, TaskGate = 5, TaskAvailable32 = 9, CallGate32 = 12;

    internal void FarJump(uint selector, uint target, uint nextIp)
    {
        if (!UsesSelectors)
        {
            DemandInCode(target);
            LoadRealSegment(Cs, selector);
            State->Ip = target;
            return;
        }
        if (TryTask(selector, TaskEntry.Jump, nextIp)) return;
        var gate = ReadGate(ref selector, ref target);
        var (low, high) = CodeTarget(selector, gate.Bytes != 0, mayGoIn: false);
        if (target > Unpack(selector, low, high).Limit) throw new GuestFault(GuestFault.Protection);
        SetCode(selector, low, high, State->Cpl);
        State->Ip = target;
    }

    internal void FarCall(uint selector, uint target, uint nextIp, int bytes)
    {
        // SAFETY: State is this core's own memory.
        var (oldCs, sp) = (State->Cs.Selector, State->Gpr[Sp]);
        if (!UsesSelectors)
        {
            DemandInCode(target);
            PushFar(oldCs, nextIp, bytes);
            LoadRealSegment(Cs, selector);
            State->Ip = target;
            return;
        }
        if (TryTask(selector, TaskEntry.Call, nextIp)) return;
        var gate = ReadGate(ref selector, ref target);
        if (gate.Bytes != 0) bytes = gate.Bytes;
        var (low, high) = CodeTarget(selector, gate.Bytes != 0, mayGoIn: gate.Bytes != 0);
        var privilege = (high & Segment.ExpandDownOrConforming) != 0 ? State->Cpl : (high >> 13) & 3;
        if (privilege == State->Cpl)
        {
            if (target > Unpack(selector, low, high).Limit) throw new GuestFault(GuestFault.Protection);
            PushFar(oldCs, nextIp, bytes);
            SetCode(selector, low, high, privilege);
            State->Ip = target;
            return;
        }
        var saved = *State;
        try
        {
            Span<uint> arguments = stackalloc uint[31];
            arguments = arguments[..gate.Arguments];
            for (var n = 0; n < arguments.Length; n++) arguments[^(n + 1)] = (uint)Peek(n * bytes, bytes);
            PushOuter(privilege, bytes, virtualMode: false, arguments);
            PushFar(oldCs, nextIp, bytes);
            if (target > Unpack(selector, low, high).Limit) throw new GuestFault(GuestFault.Protection);
            SetCode(selector, low, high, privilege);
            State->Ip = target;
        }
        catch
        {
            Restore(saved);
            throw;
        }
    }

    /// <summary>Both or neither.</summary>
    void PushFar(uint selector, uint ip, int bytes)
    {
        var sp = State->Gpr[Sp];
        try
        {
            Push(selector, bytes);
            Push(ip, bytes);
        }
        catch
        {
            State->Gpr[Sp] = sp;
            throw;
        }
    }

    /// <summary>Through a call gate if the selector names one: then selector and target become the gate's.</summary>
    /// <returns>Bytes of what the gate pushes, 0 = no gate; how many arguments it copies.</returns>
    (int Bytes, int Arguments) ReadGate(ref uint selector, ref uint target)
    {
        if ((selector & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        if ((high & Segment.NotSystem) != 0) return default;
        var type = (high >> 8) & 15;
        if (type is not (CallGate16 or CallGate32) || Math.Max(State->Cpl, selector & 3) > ((high >> 13) & 3))
            throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        selector = low >> 16;
        target = (low & 0xFFFF) | (type == CallGate32 ? high & 0xFFFF_0000 : 0);
        if ((selector & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        return (type == CallGate32 ? 4 : 2, (int)(high & 31));
    }

    /// <summary>The code segment that a selector names, if this program may go there.</summary>
    (uint Low, uint High) CodeTarget(uint selector, bool byGate, bool mayGoIn)
    {
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        var privilege = (high >> 13) & 3;
        var conforming = (high & Segment.ExpandDownOrConforming) != 0;
        if ((high & (Segment.NotSystem | Segment.Code)) != (Segment.NotSystem | Segment.Code)
            || (conforming || mayGoIn ? privilege > State->Cpl : privilege != State->Cpl)
            || (!conforming && !byGate && (selector & 3) > State->Cpl))
            throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        return (low, high);
    }

    /// <summary>A selector of a task segment or a task gate: switches and says so.</summary>
    bool TryTask(uint selector, TaskEntry how, uint nextIp)
    {
        if ((selector & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        var type = (high >> 8) & 0x1F;
        if (type is not (TaskAvailable16 or TaskAvailable32 or TaskGate)) return false;
        if (Math.Max(State->Cpl, selector & 3) > ((high >> 13) & 3)) throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        State->Ip = nextIp;
        SwitchTask(type == TaskGate ? low >> 16 : selector, how, null);
        return true;
    }

    /// <summary>RETF and the protected half of IRET: to the same privilege or outwards.</summary>
    /// <param name="ip">Popped instruction pointer.</param>
    /// <param name="selector">Popped code selector.</param>
    /// <param name="popped">Bytes of the frame that the caller has looked at.</param>
    /// <param name="released">Bytes of arguments behind it.</param>
    /// <param name="bytes">Operand size.</param>
    internal void FarReturn(uint ip, uint selector, int popped, int released, int bytes)
    {
        if (!UsesSelectors)
        {
            DemandInCode(ip);
            MoveStack(popped + released);
            LoadRealSegment(Cs, selector);
            State->Ip = ip;
            return;
        }
        if ((selector & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        var requested = selector & 3;
        var privilege = (high >> 13) & 3;
        var conforming = (high & Segment.ExpandDownOrConforming) != 0;
        if ((high & (Segment.NotSystem | Segment.Code)) != (Segment.NotSystem | Segment.Code) || requested < State->Cpl
            || (conforming ? privilege > requested : privilege != requested))
            throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        if (ip > Unpack(selector, low, high).Limit) throw new GuestFault(GuestFault.Protection);
        if (requested == State->Cpl)
        {
            MoveStack(popped + released);
            SetCode(selector, low, high, requested);
            State->Ip = ip;
            return;
        }
        var outerSp = (uint)Peek(popped + released, bytes);
        var outerSs = (uint)Peek(popped + released + bytes, bytes) & 0xFFFF;
        var saved = *State;
        try
        {
            SetCode(selector, low, high, requested);
            LoadSegment(Ss, outerSs);
        }
        catch
        {
            Restore(saved);
            throw;
        }
        State->Ip = ip;
        if (State->Ss.IsBig) State->Gpr[Sp] = outerSp;
        else *(ushort*)&State->Gpr[Sp] = (ushort)outerSp;
        MoveStack(released);
        DropInnerSegments();
    }

    /// <summary>Data segments that the outer privilege may not use become null.</summary>
    void DropInnerSegments()
    {
        foreach (var segment in (ReadOnlySpan<int>)[Es, Ds, Fs, Gs])
        {
            var access = Segments[segment].Access;
            var free = (access & Segment.Code) != 0 && (access & Segment.ExpandDownOrConforming) != 0;
            if (!free && ((access >> 13) & 3) < State->Cpl) Segments[segment] = default;
        }
        ModeChanged();
    }

    internal void SystemEnter()
    {
        if (!IsProtected || (State->SysenterCs & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        State->SystemFlags &= ~(Flags.Interrupt | Flags.Virtual | Flags.Resume);
        State->Cpl = 0;
        State->Cs = FlatCode((uint)State->SysenterCs & 0xFFFC, 0);
        State->Ss = FlatStack((uint)State->SysenterCs + 8 & 0xFFFC, 0);
        State->Gpr[Sp] = (uint)State->SysenterSp;
        State->Ip = (uint)State->SysenterIp;
        ModeChanged();
    }

    internal void SystemExit()
    {
        if (!IsProtected || (State->SysenterCs & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        DemandKernel();
        State->Cpl = 3;
        State->Cs = FlatCode(((uint)State->SysenterCs + 16) | 3, 3);
        State->Ss = FlatStack(((uint)State->SysenterCs + 24) | 3, 3);
        State->Ip = (uint)State->Gpr[Dx];
        State->Gpr[Sp] = (uint)State->Gpr[Cx];
        ModeChanged();
    }

    static Segment FlatCode(uint selector, uint privilege) =>
        new() { Selector = selector, Limit = uint.MaxValue, Access = 0xC09B00 | (privilege << 13) };

    static Segment FlatStack(uint selector, uint privilege) =>
        new() { Selector = selector, Limit = uint.MaxValue, Access = 0xC09300 | (privilege << 13), Open = 1 };

    /// <summary>Whether this program may speak to a port (SDM volume 1, section 19.5).</summary>
    internal void DemandPort(uint port, int bytes)
    {
        if (!IsProtected || (State->Cpl <= IoPrivilege && (State->SystemFlags & Flags.Virtual) == 0)) return;
        var task = State->Task;
        if ((task.Access & 0x800) == 0 || task.Limit < 0x67) throw new GuestFault(GuestFault.Protection);
        var map = SystemLoad(task.Base + 0x66, 2);
        var at = map + port / 8;
        if (at + 1 > task.Limit) throw new GuestFault(GuestFault.Protection);
        var bits = SystemLoad(task.Base + at, 2) >> (int)(port & 7);
        if ((bits & ((1u << bytes) - 1)) != 0) throw new GuestFault(GuestFault.Protection);
    }
}
