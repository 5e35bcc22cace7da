using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>Segment registers and descriptor tables.</summary>
// SAFETY: state and operation are what the engine passes; segment numbers come from the decoder.
static unsafe class SegmentOps
{
    internal static void Register()
    {
        AddPointer(Mnemonic.Lds, Core.Ds);
        AddPointer(Mnemonic.Les, Core.Es);
        AddPointer(Mnemonic.Lfs, Core.Fs);
        AddPointer(Mnemonic.Lgs, Core.Gs);
        AddPointer(Mnemonic.Lss, Core.Ss);
        OpTable.AddLast(Mnemonic.Lgdt, (in Instruction i, Op* o, bool _) => Table(i, o, &LoadGlobal));
        OpTable.AddLast(Mnemonic.Lidt, (in Instruction i, Op* o, bool _) => Table(i, o, &LoadInterrupts));
        OpTable.Add(Mnemonic.Sgdt, (in Instruction i, Op* o, bool _) => Table(i, o, &StoreGlobal));
        OpTable.Add(Mnemonic.Sidt, (in Instruction i, Op* o, bool _) => Table(i, o, &StoreInterrupts));
        OpTable.AddLast(Mnemonic.Lldt, (in Instruction i, Op* o, bool _) => &LoadLocal);
        OpTable.AddLast(Mnemonic.Ltr, (in Instruction i, Op* o, bool _) => &LoadTask);
        OpTable.Add(Mnemonic.Sldt, (in Instruction i, Op* o, bool _) => &StoreLocal);
        OpTable.Add(Mnemonic.Str, (in Instruction i, Op* o, bool _) => &StoreTask);
        OpTable.Add(Mnemonic.Verr, (in Instruction i, Op* o, bool _) => Verify(o, 0));
        OpTable.Add(Mnemonic.Verw, (in Instruction i, Op* o, bool _) => Verify(o, 1));
        OpTable.Add(Mnemonic.Lar, (in Instruction i, Op* o, bool _) => &LoadAccess);
        OpTable.Add(Mnemonic.Lsl, (in Instruction i, Op* o, bool _) => &LoadLimit);
        OpTable.Add(Mnemonic.Arpl, (in Instruction i, Op* o, bool _) => &AdjustPrivilege);
    }

    internal static Handler BindMove(in Instruction i) => i.Op0Register.IsSegmentRegister() ? &MoveTo : &MoveFrom;

    static Op* MoveTo(Core c, CpuState* s, Op* o)
    {
        if (o->Destination == Core.Cs) throw new GuestFault(GuestFault.InvalidOpcode);
        o->SourceWidth = 2;
        c.LoadSegment(o->Destination, (uint)Any.Second(c, s, o));
        if (o->Destination == Core.Ss) s->Inhibit = 1;
        return Core.Go(s, o->NextIp);
    }

    static Op* MoveFrom(Core c, CpuState* s, Op* o)
    {
        Any.SetFirst(c, s, o, c.Segments[o->Source].Selector);
        return o + 1;
    }

    static void AddPointer(Mnemonic mnemonic, byte segment) => OpTable.AddLast(mnemonic, (in Instruction i, Op* o, bool _) =>
    {
        o->Condition = segment;
        return &LoadPointer;
    });

    static Op* LoadPointer(Core c, CpuState* s, Op* o)
    {
        var offset = Access.Load(c, s, Any.Address(c, s, o, o->Width, write: false), o->Width);
        c.LoadSegment(o->Condition, (uint)Access.Load(c, s, Any.Behind(c, s, o, o->Width, 2), 2));
        Any.SetRegister(s, o->Destination, o->Width, offset);
        return Core.Go(s, o->NextIp);
    }

    static Handler Table(in Instruction i, Op* o, Handler handler)
    {
        o->Width = (byte)(i.Code is Code.Lgdt_m1632_16 or Code.Lidt_m1632_16 ? 3 : 4);
        return handler;
    }

    static TableRegister ReadTable(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        var linear = Any.Address(c, s, o, 6, write: false);
        var limit = (uint)Access.Load(c, s, linear, 2);
        var start = Access.Load(c, s, (uint)(linear + 2), 4);
        // With 16-bit operands the highest byte is not used.
        return new() { Limit = limit, Base = o->Width == 3 ? start & 0xFF_FFFF : start };
    }

    static Op* LoadGlobal(Core c, CpuState* s, Op* o)
    {
        s->Gdt = ReadTable(c, s, o);
        return Core.Go(s, o->NextIp);
    }

    static Op* LoadInterrupts(Core c, CpuState* s, Op* o)
    {
        s->Idt = ReadTable(c, s, o);
        return Core.Go(s, o->NextIp);
    }

    static Op* StoreGlobal(Core c, CpuState* s, Op* o) => StoreTable(c, s, o, s->Gdt);

    static Op* StoreInterrupts(Core c, CpuState* s, Op* o) => StoreTable(c, s, o, s->Idt);

    static Op* StoreTable(Core c, CpuState* s, Op* o, TableRegister table)
    {
        var linear = Any.Address(c, s, o, 6, write: true);
        c.Mmu.CheckWrite(linear, 6);
        Access.Store(c, s, linear, 2, table.Limit);
        Access.Store(c, s, (uint)(linear + 2), 4, table.Base);
        return o + 1;
    }

    static void DemandProtected(Core c)
    {
        if (!c.UsesSelectors) throw new GuestFault(GuestFault.InvalidOpcode);
    }

    static Op* LoadLocal(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        c.DemandKernel();
        o->Width = 2;
        c.LoadLocalTable((uint)Any.First(c, s, o));
        return Core.Go(s, o->NextIp);
    }

    static Op* LoadTask(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        c.DemandKernel();
        o->Width = 2;
        c.LoadTask((uint)Any.First(c, s, o));
        return Core.Go(s, o->NextIp);
    }

    static Op* StoreLocal(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        Any.SetFirst(c, s, o, s->Ldt.Selector);
        return o + 1;
    }

    static Op* StoreTask(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        Any.SetFirst(c, s, o, s->Task.Selector);
        return o + 1;
    }

    /// <summary>A descriptor that this privilege may see at all.</summary>
    static bool TrySee(Core c, uint selector, out uint low, out uint high)
    {
        if (!c.TryReadDescriptor(selector, out low, out high)) return false;
        const uint conforming = Segment.NotSystem | Segment.Code | Segment.ExpandDownOrConforming;
        return (high & conforming) == conforming || Math.Max(c.State->Cpl, selector & 3) <= ((high >> 13) & 3);
    }

    static Handler Verify(Op* o, byte write)
    {
        o->Condition = write;
        o->Width = 2;
        return &VerifyAccess;
    }

    static Op* VerifyAccess(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        var fine = TrySee(c, (uint)Any.First(c, s, o), out _, out var high) && (high & Segment.NotSystem) != 0;
        var code = (high & Segment.Code) != 0;
        var second = (high & Segment.WriteOrRead) != 0;
        Flags.SetZero(s, fine && (o->Condition == 1 ? !code && second : !code || second));
        return o + 1;
    }

    static Op* LoadAccess(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        o->SourceWidth = 2;
        var fine = TrySee(c, (uint)Any.Second(c, s, o) & 0xFFFF, out _, out var high)
            && ((high & Segment.NotSystem) != 0 || ((high >> 8) & 15) is 1 or 2 or 3 or 4 or 5 or 9 or 11 or 12);
        if (fine) Any.SetRegister(s, o->Destination, o->Width, high & 0x00FF_FF00);
        Flags.SetZero(s, fine);
        return o + 1;
    }

    static Op* LoadLimit(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        o->SourceWidth = 2;
        var selector = (uint)Any.Second(c, s, o) & 0xFFFF;
        var fine = TrySee(c, selector, out var low, out var high)
            && ((high & Segment.NotSystem) != 0 || ((high >> 8) & 15) is 1 or 2 or 3 or 9 or 11);
        if (fine) Any.SetRegister(s, o->Destination, o->Width, Core.Unpack(selector, low, high).Limit);
        Flags.SetZero(s, fine);
        return o + 1;
    }

    static Op* AdjustPrivilege(Core c, CpuState* s, Op* o)
    {
        DemandProtected(c);
        var first = Any.First(c, s, o);
        var second = Any.Register(s, o->Source, 2);
        var lower = (first & 3) < (second & 3);
        if (lower) Any.SetFirst(c, s, o, (first & ~3UL) | (second & 3));
        Flags.SetZero(s, lower);
        return o + 1;
    }
}
