namespace RemoteChain.Emulator.Cpu;

/// <remarks>Into a handler and back (SDM volume 3, chapters 6 and 20).</remarks>
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
                State->Ip = fault.Ip ?? ip;
                ForgetWatch();
                if (fault.IsFault) State->SystemFlags |= Flags.Resume;
                Interrupt(fault.Vector, Cause.Exception, fault.HasCode ? fault.Code : null);
                return true;
            }
            catch (GuestFault second)
            {
                if (fault.Vector == GuestFault.Double) return false;
                fault = IsDouble(fault.Vector, second.Vector) ? new(GuestFault.Double) : second;
            }
        }
        return false;
    }

    /// <summary>Table 6-5 of the manual's volume 3: two faults in a row that are one double fault.</summary>
    static bool IsDouble(int first, int second) => first == GuestFault.Page
        ? second == GuestFault.Page || IsContributory(second)
        : IsContributory(first) && IsContributory(second);

    static bool IsContributory(int vector) => vector is GuestFault.Divide or (>= GuestFault.InvalidTask and <= GuestFault.Protection);

    /// <summary>Enters the handler of a vector; <see cref="CpuState.Ip"/> is where it will return to.</summary>
    internal void Interrupt(int vector, Cause cause, uint? code = null)
    {
        State->Halted = 0;
        Entered = true;
        if (!IsProtected)
        {
            RealInterrupt(vector);
            return;
        }
        try
        {
            ThroughGate(vector, cause, code);
        }
        catch (GuestFault fault) when (cause != Cause.Software && fault.Vector is >= GuestFault.InvalidTask and <= GuestFault.Protection)
        {
            // The program did not ask for this.
            throw new GuestFault(fault.Vector, fault.Code | 1) { Ip = fault.Ip };
        }
    }

    /// <summary>Set when a handler was entered: no single step then behind the instruction that did it.</summary>
    internal bool Entered { get; set; }

    void ThroughGate(int vector, Cause cause, uint? code)
    {
        // What goes wrong here is blamed on the vector's place in the table.
        var blame = (uint)vector * 8 + 2;
        if ((uint)vector * 8 + 7 > State->Idt.Limit) throw new GuestFault(GuestFault.Protection, blame);
        var low = SystemLoad(State->Idt.Base + (ulong)vector * 8, 4);
        var high = SystemLoad(State->Idt.Base + (ulong)vector * 8 + 4, 4);
        var type = (high >> 8) & 0x1F;
        if (type is not (TaskGate or 6 or 7 or 14 or 15)) throw new GuestFault(GuestFault.Protection, blame);
        if (cause == Cause.Software && ((high >> 13) & 3) < State->Cpl) throw new GuestFault(GuestFault.Protection, blame);
        if ((high & Segment.Present) == 0) throw new GuestFault(GuestFault.NotPresent, blame);
        if (type == TaskGate)
        {
            SwitchTask(low >> 16, TaskEntry.Interrupt, code);
            return;
        }
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
        if (IsVirtual && privilege != 0) throw new GuestFault(GuestFault.Protection, selector & ~3u);
        var end = Unpack(selector, low, high).Limit;
        if (privilege < oldCpl)
        {
            var saved = *State;
            try
            {
                PushOuter(privilege, bytes, IsVirtual);
                PushFrame(flags, oldCs, ip, code, bytes);
                if (target > end) throw new GuestFault(GuestFault.Protection);
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
                if (target > end) throw new GuestFault(GuestFault.Protection);
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
    void PushOuter(uint privilege, int bytes, bool virtualMode, ReadOnlySpan<uint> arguments = default)
    {
        var wide = (State->Task.Access & 0x800) != 0;
        var place = wide ? 4 + privilege * 8 : 2 + privilege * 4;
        if (place + (wide ? 5u : 3u) > State->Task.Limit) throw new GuestFault(GuestFault.InvalidTask, State->Task.Selector & ~3u);
        var at = State->Task.Base + place;
        var innerSp = SystemLoad(at, wide ? 4 : 2);
        var innerSs = SystemLoad(at + (wide ? 4u : 2u), 2);
        var (oldSs, oldSp) = (State->Ss.Selector, (uint)State->Gpr[Sp]);
        uint[] outer = [State->Gs.Selector, State->Fs.Selector, State->Ds.Selector, State->Es.Selector];
        State->SystemFlags &= ~Flags.Virtual;
        State->Cpl = privilege;
        try
        {
            LoadSegment(Ss, innerSs);
        }
        catch (GuestFault fault) when (fault.Vector is GuestFault.Protection)
        {
            // The task segment named it.
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
        foreach (var argument in arguments) Push(argument, bytes);
    }

    /// <summary>Undoes a transfer that failed half way: everything but the clock and the tables of translations.</summary>
    void Restore(in CpuState saved)
    {
        var (countdown, stamp, cr2) = (State->Countdown, State->CodeStamp, State->Cr2);
        var at = State->At;
        *State = saved;
        (State->Countdown, State->CodeStamp, State->Cr2) = (countdown, stamp, cr2);
        State->At = at;
        ModeChanged();
    }

    void RealInterrupt(int vector)
    {
        if ((uint)vector * 4 + 3 > State->Idt.Limit) throw new GuestFault(GuestFault.Protection);
        var entry = SystemLoad(State->Idt.Base + (ulong)vector * 4, 4);
        var sp = State->Gpr[Sp];
        try
        {
            PushFrame(Flags.Get(State), State->Cs.Selector, (uint)State->Ip, null, 2);
        }
        catch
        {
            State->Gpr[Sp] = sp;
            throw;
        }
        State->SystemFlags &= ~(Flags.Interrupt | Flags.Trap | Flags.AlignmentCheck);
        LoadRealSegment(Cs, entry >> 16);
        State->Ip = entry & 0xFFFF;
    }

    /// <summary>IRET.</summary>
    internal void InterruptReturn(int bytes)
    {
        if (UsesSelectors && (State->SystemFlags & Flags.NestedTask) != 0)
        {
            SwitchTask(SystemLoad(State->Task.Base, 2), TaskEntry.Return, null);
            return;
        }
        var flags = (uint)Peek(2 * bytes, bytes);
        var selector = (uint)Peek(bytes, bytes) & 0xFFFF;
        var ip = (uint)Peek(0, bytes);
        if (!UsesSelectors)
        {
            DemandInCode(ip);
            MoveStack(3 * bytes);
            LoadRealSegment(Cs, selector);
            State->Ip = ip;
            SetFlags(flags, bytes, resumes: true);
            return;
        }
        if ((flags & Flags.Virtual) != 0 && State->Cpl == 0 && bytes == 4)
        {
            ReturnToVirtual(ip, selector, flags);
            return;
        }
        var cpl = State->Cpl;
        FarReturn(ip, selector, 3 * bytes, 0, bytes);
        SetFlags(flags, bytes, cpl, resumes: true);
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
    /// <param name="value">What was popped.</param>
    /// <param name="bytes">2 or 4.</param>
    /// <param name="privilege">Whose rights count, if not those in force.</param>
    /// <param name="resumes">IRET takes RF over, POPF clears it.</param>
    internal void SetFlags(uint value, int bytes, uint? privilege = null, bool resumes = false)
    {
        var cpl = privilege ?? State->Cpl;
        var now = Flags.Get(State);
        var allowed = Flags.Arithmetic | Flags.Trap | Flags.Direction | Flags.NestedTask | Flags.Resume | Flags.AlignmentCheck
            | Flags.Identification;
        if (!IsProtected || cpl == 0) allowed |= Flags.PrivilegeMask;
        if (!IsProtected || cpl <= IoPrivilege) allowed |= Flags.Interrupt;
        if (bytes == 2) allowed &= 0xFFFF;
        if (!resumes) value &= ~Flags.Resume;
        Flags.Set(State, (now & ~allowed) | (value & allowed));
        if (((now ^ Flags.Get(State)) & Flags.AlignmentCheck) != 0) ModeChanged();
    }

    /// <summary>IOPL.</summary>
    internal uint IoPrivilege => (State->SystemFlags >> 12) & 3;
}
