namespace RemoteChain.Emulator.Cpu;

/// <remarks>Far jumps, calls and returns (SDM volume 3, section 5.8), SYSENTER and SYSEXIT. Task gates and task segments as targets are
/// refused.</remarks>
unsafe partial class Core
{
    const uint CallGate16 = 4, CallGate32 = 12;

    internal void FarJump(uint selector, uint target)
    {
        if (!IsProtected)
        {
            LoadRealSegment(Cs, selector);
            State->Ip = target;
            return;
        }
        var (low, high) = CodeTarget(ref selector, ref target, out _);
        SetCode(selector, low, high, State->Cpl);
        State->Ip = target;
    }

    internal void FarCall(uint selector, uint target, uint nextIp, int bytes)
    {
        // SAFETY: State is this core's own memory.
        var (oldCs, sp) = (State->Cs.Selector, State->Gpr[Sp]);
        if (!IsProtected)
        {
            Push(oldCs, bytes);
            Push(nextIp, bytes);
            LoadRealSegment(Cs, selector);
            State->Ip = target;
            return;
        }
        var (low, high) = CodeTarget(ref selector, ref target, out var gateBytes);
        if (gateBytes != 0) bytes = gateBytes;
        try
        {
            Push(oldCs, bytes);
            Push(nextIp, bytes);
        }
        catch
        {
            State->Gpr[Sp] = sp;
            throw;
        }
        SetCode(selector, low, high, State->Cpl);
        State->Ip = target;
    }

    /// <summary>The code segment that a selector leads to, through a call gate if it is one; only on the same privilege.</summary>
    (uint Low, uint High) CodeTarget(ref uint selector, ref uint target, out int gateBytes)
    {
        gateBytes = 0;
        if ((selector & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        if ((high & Segment.NotSystem) == 0)
        {
            var type = (high >> 8) & 15;
            if (type is not (CallGate16 or CallGate32)) throw new GuestFault(GuestFault.Protection, selector & ~3u);
            gateBytes = type == CallGate32 ? 4 : 2;
            target = (low & 0xFFFF) | (type == CallGate32 ? high & 0xFFFF_0000 : 0);
            selector = low >> 16;
            (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        }
        var privilege = (high >> 13) & 3;
        var conforming = (high & Segment.ExpandDownOrConforming) != 0;
        if ((high & (Segment.NotSystem | Segment.Code)) != (Segment.NotSystem | Segment.Code)
            || (conforming ? privilege > State->Cpl : privilege != State->Cpl || (gateBytes == 0 && (selector & 3) > State->Cpl)))
            throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        return (low, high);
    }

    /// <summary>RETF and the protected half of IRET: to the same privilege or outwards.</summary>
    /// <param name="ip">Popped instruction pointer.</param>
    /// <param name="selector">Popped code selector.</param>
    /// <param name="popped">Bytes of the frame that the caller has looked at.</param>
    /// <param name="released">Bytes of arguments behind it.</param>
    /// <param name="bytes">Operand size.</param>
    internal void FarReturn(uint ip, uint selector, int popped, int released, int bytes)
    {
        if (!IsProtected)
        {
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
        if (requested == State->Cpl)
        {
            MoveStack(popped + released);
            SetCode(selector, low, high, requested);
            State->Ip = ip;
            return;
        }
        var outerSp = (uint)Peek(popped + released, bytes);
        var outerSs = (uint)Peek(popped + released + bytes, bytes) & 0xFFFF;
        SetCode(selector, low, high, requested);
        State->Ip = ip;
        LoadSegment(Ss, outerSs);
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
