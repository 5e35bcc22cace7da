namespace RemoteChain.Emulator.Cpu;

/// <remarks>Into a handler and back (SDM volume 3, chapter 6). Task gates are refused: nothing that runs here uses one in health.</remarks>
unsafe partial class Core
{
    /// <summary>Where an interrupt comes from decides which checks hold.</summary>
    internal enum Cause
    {
        Hardware,
        Exception,

        /// <summary>INT n, INT3, INTO: the gate's privilege counts.</summary>
        Software,
    }

    /// <summary>Delivers an exception, an exception during that as a double fault, and so on.</summary>
    /// <returns>False when not even the double fault could be delivered: the processor shuts down.</returns>
    internal bool TryDeliver(GuestFault fault, ulong ip)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                State->Ip = ip;
                Interrupt(fault.Vector, Cause.Exception, fault.HasCode ? fault.Code : null);
                return true;
            }
            catch (GuestFault second)
            {
                if (fault.Vector == GuestFault.Double) return false;
                fault = IsContributory(fault.Vector) && IsContributory(second.Vector) ? new(GuestFault.Double) : second;
            }
        }
        return false;
    }

    static bool IsContributory(int vector) => vector is GuestFault.Divide or (>= GuestFault.InvalidTask and <= GuestFault.Page);

    /// <summary>Enters the handler of a vector; <see cref="CpuState.Ip"/> is where it will return to.</summary>
    internal void Interrupt(int vector, Cause cause, uint? code = null)
    {
        State->Halted = 0;
        if (!IsProtected)
        {
            RealInterrupt(vector);
            return;
        }
        // What goes wrong here is blamed on the vector's place in the table.
        var blame = (uint)vector * 8 + 2 + (cause == Cause.Software ? 0u : 1u);
        if ((uint)vector * 8 + 7 > State->Idt.Limit) throw new GuestFault(GuestFault.Protection, blame);
        var low = SystemLoad(State->Idt.Base + (ulong)vector * 8, 4);
        var high = SystemLoad(State->Idt.Base + (ulong)vector * 8 + 4, 4);
        var type = (high >> 8) & 0x1F;
        if (type is not (6 or 7 or 14 or 15)) throw new GuestFault(GuestFault.Protection, blame);
        if (cause == Cause.Software && ((high >> 13) & 3) < State->Cpl) throw new GuestFault(GuestFault.Protection, blame);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, blame);
        var target = (type & 8) != 0 ? (low & 0xFFFF) | (high & 0xFFFF_0000) : low & 0xFFFF;
        EnterGate(low >> 16, target, (type & 8) != 0 ? 4 : 2, (type & 1) == 0, code);
    }

    void EnterGate(uint selector, uint target, int bytes, bool disable, uint? code)
    {
        if ((selector & ~3u) == 0) throw new GuestFault(GuestFault.Protection);
        var (low, high) = ReadDescriptor(selector, GuestFault.Protection);
        var privilege = (high >> 13) & 3;
        if ((high & (Segment.NotSystem | Segment.Code)) != (Segment.NotSystem | Segment.Code) || privilege > State->Cpl)
            throw new GuestFault(GuestFault.Protection, selector & ~3u);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, selector & ~3u);
        var flags = Flags.Get(State);
        var oldCpl = State->Cpl;
        var oldCs = State->Cs.Selector;
        var ip = (uint)State->Ip;
        if ((high & Segment.ExpandDownOrConforming) != 0) privilege = State->Cpl;
        if (privilege < oldCpl)
        {
            var saved = *State;
            try
            {
                PushOuter(privilege, bytes, flags);
                PushFrame(flags, oldCs, ip, code, bytes);
            }
            catch
            {
                Restore(saved);
                throw;
            }
        }
        else
        {
            // As one piece: a stack that ends in the middle must leave nothing changed.
            var sp = State->Gpr[Sp];
            try
            {
                PushFrame(flags, oldCs, ip, code, bytes);
            }
            catch
            {
                State->Gpr[Sp] = sp;
                throw;
            }
        }
        SetCode(selector, low, high, privilege);
        State->Ip = target;
        State->SystemFlags &= ~(Flags.Trap | Flags.NestedTask | Flags.Resume | Flags.Virtual | (disable ? Flags.Interrupt : 0));
    }

    void PushFrame(uint flags, uint cs, uint ip, uint? code, int bytes)
    {
        Push(flags, bytes);
        Push(cs, bytes);
        Push(ip, bytes);
        if (code is { } pushed) Push(pushed, bytes);
    }

    /// <summary>Takes the inner stack from the task segment and pushes the outer one on it.</summary>
    void PushOuter(uint privilege, int bytes, uint flags)
    {
        var wide = (State->Task.Access & 0x800) != 0;
        var at = State->Task.Base + (wide ? 4 + privilege * 8 : 2 + privilege * 4);
        var innerSp = SystemLoad(at, wide ? 4 : 2);
        var innerSs = SystemLoad(at + (wide ? 4u : 2u), 2);
        var (oldSs, oldSp) = (State->Ss.Selector, (uint)State->Gpr[Sp]);
        var virtualMode = (flags & Flags.Virtual) != 0;
        uint[] outer = [State->Gs.Selector, State->Fs.Selector, State->Ds.Selector, State->Es.Selector];
        State->SystemFlags &= ~Flags.Virtual;
        State->Cpl = privilege;
        try
        {
            LoadSegment(Ss, innerSs);
        }
        catch (GuestFault fault) when (fault.Vector is GuestFault.Protection)
        {
            throw new GuestFault(GuestFault.InvalidTask, innerSs & ~3u);
        }
        State->Gpr[Sp] = innerSp;
        if (virtualMode)
        {
            foreach (var selector in outer) Push(selector, bytes);
            State->Gs = State->Fs = State->Ds = State->Es = default;
        }
        Push(oldSs, bytes);
        Push(oldSp, bytes);
    }

    /// <summary>Undoes a transfer that failed half way: everything but the clock and the tables of translations.</summary>
    void Restore(in CpuState saved)
    {
        var (countdown, stamp, cr2) = (State->Countdown, State->CodeStamp, State->Cr2);
        *State = saved;
        (State->Countdown, State->CodeStamp, State->Cr2) = (countdown, stamp, cr2);
        ModeChanged();
    }

    void RealInterrupt(int vector)
    {
        if ((uint)vector * 4 + 3 > State->Idt.Limit) throw new GuestFault(GuestFault.Protection);
        var entry = SystemLoad(State->Idt.Base + (ulong)vector * 4, 4);
        Push(Flags.Get(State), 2);
        Push(State->Cs.Selector, 2);
        Push(State->Ip, 2);
        State->SystemFlags &= ~(Flags.Interrupt | Flags.Trap | Flags.AlignmentCheck);
        LoadRealSegment(Cs, entry >> 16);
        State->Ip = entry & 0xFFFF;
    }

    /// <summary>IRET.</summary>
    internal void InterruptReturn(int bytes)
    {
        var ip = (uint)Peek(0, bytes);
        var selector = (uint)Peek(bytes, bytes) & 0xFFFF;
        var flags = (uint)Peek(2 * bytes, bytes);
        if (!IsProtected)
        {
            MoveStack(3 * bytes);
            LoadRealSegment(Cs, selector);
            State->Ip = ip;
            SetFlags(flags, bytes);
            return;
        }
        if ((State->SystemFlags & Flags.NestedTask) != 0) throw new GuestFault(GuestFault.InvalidTask, State->Task.Selector & ~3u);
        if ((flags & Flags.Virtual) != 0 && State->Cpl == 0 && bytes == 4)
        {
            ReturnToVirtual(ip, selector, flags);
            return;
        }
        var cpl = State->Cpl;
        var saved = *State;
        try
        {
            FarReturn(ip, selector, 3 * bytes, 0, bytes);
        }
        catch
        {
            Restore(saved);
            throw;
        }
        SetFlags(flags, bytes, cpl);
    }

    void ReturnToVirtual(uint ip, uint selector, uint flags)
    {
        Span<uint> words = stackalloc uint[6];
        for (var i = 0; i < 6; i++) words[i] = (uint)Peek(12 + 4 * i, 4);
        Flags.Set(State, flags);
        State->Cpl = 3;
        State->Cs = VirtualSegment(selector);
        State->Ss = VirtualSegment(words[1] & 0xFFFF);
        State->Es = VirtualSegment(words[2] & 0xFFFF);
        State->Ds = VirtualSegment(words[3] & 0xFFFF);
        State->Fs = VirtualSegment(words[4] & 0xFFFF);
        State->Gs = VirtualSegment(words[5] & 0xFFFF);
        State->Gpr[Sp] = words[0];
        State->Ip = ip & 0xFFFF;
        ModeChanged();
    }

    /// <summary>POPF and IRET: a program changes only the flags that its privilege allows.</summary>
    internal void SetFlags(uint value, int bytes, uint? privilege = null)
    {
        var cpl = privilege ?? State->Cpl;
        var now = Flags.Get(State);
        var allowed = Flags.Arithmetic | Flags.Trap | Flags.Direction | Flags.NestedTask | Flags.Resume | Flags.AlignmentCheck
            | Flags.Identification;
        if (!IsProtected || cpl == 0) allowed |= Flags.PrivilegeMask;
        if (!IsProtected || cpl <= IoPrivilege) allowed |= Flags.Interrupt;
        if (bytes == 2) allowed &= 0xFFFF;
        Flags.Set(State, (now & ~allowed) | (value & allowed));
    }

    /// <summary>IOPL.</summary>
    internal uint IoPrivilege => (State->SystemFlags >> 12) & 3;
}
