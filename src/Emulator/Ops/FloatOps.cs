using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>x87, MMX, SSE and SSE2: done by the host's own unit through <see cref="NativeFloat"/>, except for what moves control words and whole
/// states.</summary>
// SAFETY: state and operation are what the engine passes; operand buffers have the size that the decoder says.
static unsafe class FloatOps
{
    const int OperandBytesMax = 128;
    const uint EmulateOrSwitched = 4 | 8, Emulate = 4, MonitorAndSwitched = 2 | 8;
    const ulong SimdOn = 1 << 9;

    internal static void Register()
    {
        foreach (var code in Enum.GetValues<Code>())
        {
            var wanted = code.CpuidFeatures().Any(feature => feature is CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387
                or CpuidFeature.MMX or CpuidFeature.SSE or CpuidFeature.SSE2 or CpuidFeature.FXSR);
            if (wanted && code.Mnemonic() is not (Mnemonic.Movsd or Mnemonic.Cmpsd or Mnemonic.INVALID)) OpTable.Add(code.Mnemonic(), Bind);
        }
        foreach (var mnemonic in (ReadOnlySpan<Mnemonic>)[Mnemonic.Lfence, Mnemonic.Mfence, Mnemonic.Sfence, Mnemonic.Prefetchnta,
            Mnemonic.Prefetcht0, Mnemonic.Prefetcht1, Mnemonic.Prefetcht2, Mnemonic.Clflush, Mnemonic.Reservednop])
            OpTable.Add(mnemonic, (in Instruction i, Op* o, bool _) => &MoveOps.Nothing);
        OpTable.Add(Mnemonic.Pause, (in Instruction i, Op* o, bool _) => &MoveOps.Nothing);
        OpTable.Add(Mnemonic.Wait, Bind);
        OpTable.Add(Mnemonic.Movnti, (in Instruction i, Op* o, bool _) => &StoreNonTemporal);
    }

    static Handler Bind(in Instruction i, Op* o, bool flat) => Bind(i, o);

    internal static Handler Bind(in Instruction i, Op* o)
    {
        if (i.Mnemonic is Mnemonic.Wait) return &Wait;
        var simd = i.Op0Register.IsXMM() || i.Op1Register.IsXMM() || i.Mnemonic is Mnemonic.Ldmxcsr or Mnemonic.Stmxcsr;
        var vector = simd || i.Op0Register.IsMM() || i.Op1Register.IsMM() || i.Mnemonic is Mnemonic.Emms;
        o->Condition = (byte)(simd ? 2 : vector ? 1 : 0);
        switch (i.Mnemonic)
        {
            case Mnemonic.Fldcw: return &LoadControl;
            case Mnemonic.Fnstcw or Mnemonic.Fstcw: return &StoreControl;
            case Mnemonic.Fnstsw or Mnemonic.Fstsw: return &StoreStatus;
            case Mnemonic.Fnclex or Mnemonic.Fclex: return &ClearExceptions;
            case Mnemonic.Fninit or Mnemonic.Finit: return &Initialise;
            case Mnemonic.Ldmxcsr: return &LoadSimdControl;
            case Mnemonic.Stmxcsr: return &StoreSimdControl;
            case Mnemonic.Fxsave: return &SaveAll;
            case Mnemonic.Fxrstor: return &RestoreAll;
        }
        var bytes = i.Op0Kind == OpKind.Memory || i.Op1Kind == OpKind.Memory ? i.MemorySize.GetSize() : 0;
        if (i.Mnemonic is Mnemonic.Maskmovq or Mnemonic.Maskmovdqu) return BindMasked(i, o);
        if (bytes > OperandBytesMax) return &Unknown;
        o->Width = (byte)bytes;
        if (!NativeFloat.TryEncode(i, out var stub)) return &Unknown;
        o->Imm = (ulong)stub.Code;
        o->Repeat = stub.Writes ? (byte)1 : (byte)0;
        o->Destination = stub.Register;
        o->SourceWidth = (byte)(stub.Aligned ? 16 : 0);
        o->Displacement = i.MemoryDisplacement32;
        return &Native;
    }

    /// <summary>A mask move writes where a register says, which a copy to one place cannot follow: here byte by byte.</summary>
    static Handler BindMasked(in Instruction i, Op* o)
    {
        o->AddressBytes = (byte)(i.Op0Kind == OpKind.MemorySegDI ? 2 : 4);
        o->SegmentIndex = (byte)(i.MemorySegment - Iced.Intel.Register.ES);
        o->Destination = (byte)i.Op1Register.GetNumber();
        o->Source = (byte)i.Op2Register.GetNumber();
        var wide = i.Mnemonic == Mnemonic.Maskmovdqu;
        o->Condition = (byte)(wide ? 2 : 1);
        o->Width = (byte)(wide ? 16 : 8);
        // The narrow one takes the x87 registers for MMX; a move of a register to itself does only that.
        var touch = Instruction.Create(Code.Movq_mm_mmm64, Iced.Intel.Register.MM0, Iced.Intel.Register.MM0);
        if (!wide && NativeFloat.TryEncode(touch, out var stub)) o->Imm = (ulong)stub.Code;
        return &StoreMasked;
    }

    static Op* StoreMasked(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        if (o->Condition != 2) DemandNothingPending(c, s);
        var registers = s->Float + (o->Width == 16 ? 160 : 32);
        var from = registers + o->Destination * 16;
        var mask = registers + o->Source * 16;
        for (var pass = 0; pass < 2; pass++)
        {
            // All of it is checked before any of it is written.
            for (var n = 0; n < o->Width; n++)
            {
                if ((mask[n] & 0x80) == 0) continue;
                var offset = Any.Register(s, Core.Di * 8, o->AddressBytes) + (uint)n;
                var linear = c.Linear(o->SegmentIndex, (uint)(offset & Any.Mask(o->AddressBytes)), 1, write: true);
                if (pass == 0) c.Mmu.CheckWrite(linear, 1);
                else Access.Store(c, s, linear, 1, from[n]);
            }
        }
        if (o->Imm != 0) c.Float.Run((void*)o->Imm, null, (byte*)s->Gpr + CpuState.NoRegister * 8, s, simd: false);
        return o + 1;
    }

    static Op* Unknown(Core c, CpuState* s, Op* o) => throw new GuestFault(GuestFault.InvalidOpcode);

    /// <summary>Refuses while the kernel has not given the unit to this program (SDM volume 3, section 2.5).</summary>
    static void Demand(Core c, CpuState* s, Op* o)
    {
        if (o->Condition == 0)
        {
            if ((s->Cr0 & EmulateOrSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        }
        else
        {
            if ((s->Cr0 & Emulate) != 0 || (o->Condition == 2 && (s->Cr4 & SimdOn) == 0)) throw new GuestFault(GuestFault.InvalidOpcode);
            if ((s->Cr0 & Core.TaskSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        }
    }

    /// <summary>An exception of an earlier instruction that waits for the next one.</summary>
    static void DemandNothingPending(Core c, CpuState* s)
    {
        const ushort summary = 0x80;
        if ((c.Float.Status & summary) != 0 && (s->Cr0 & Core.NumericError) != 0) throw new GuestFault(GuestFault.Float);
    }

    static Op* Wait(Core c, CpuState* s, Op* o)
    {
        if ((s->Cr0 & MonitorAndSwitched) == MonitorAndSwitched) throw new GuestFault(GuestFault.NoFloat);
        DemandNothingPending(c, s);
        return o + 1;
    }

    static Op* Native(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        if (o->Condition != 2) DemandNothingPending(c, s);
        var operand = stackalloc byte[OperandBytesMax + 16];
        operand = (byte*)(((nint)operand + 15) & ~15);
        ulong linear = 0;
        int bytes = o->Width;
        if (bytes != 0)
        {
            linear = Any.Address(c, s, o, bytes, o->Repeat != 0);
            if (o->SourceWidth == 16 && linear % 16 != 0) throw new GuestFault(GuestFault.Protection);
            if (o->Repeat != 0) c.Mmu.CheckWrite(linear, bytes);
            Copy(c, s, linear, operand, bytes, write: false);
        }
        c.Float.Run((void*)o->Imm, operand, (byte*)s->Gpr + o->Destination, s, o->Condition == 2);
        if (o->Repeat != 0) Copy(c, s, linear, operand, bytes, write: true);
        return o + 1;
    }

    static void Copy(Core c, CpuState* s, ulong linear, byte* operand, int bytes, bool write)
    {
        for (var at = 0; at < bytes;)
        {
            var part = bytes - at >= 4 ? 4 : bytes - at >= 2 ? 2 : 1;
            var place = (uint)(linear + (ulong)at);
            if (write) Access.Store(c, s, place, part, LoadLocal(operand + at, part));
            else StoreLocal(operand + at, part, Access.Load(c, s, place, part));
            at += part;
        }
    }

    static ulong LoadLocal(byte* from, int bytes) => bytes switch { 1 => *from, 2 => *(ushort*)from, _ => *(uint*)from };

    static void StoreLocal(byte* to, int bytes, ulong value)
    {
        switch (bytes)
        {
            case 1: *to = (byte)value; break;
            case 2: *(ushort*)to = (ushort)value; break;
            default: *(uint*)to = (uint)value; break;
        }
    }

    static Op* LoadControl(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        DemandNothingPending(c, s);
        c.Float.Control = (ushort)(Any.First(c, s, o) | 0x40);
        c.Float.Summarise();
        return o + 1;
    }

    static Op* StoreControl(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        Any.SetFirst(c, s, o, c.Float.Control);
        return o + 1;
    }

    static Op* StoreStatus(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        Any.SetFirst(c, s, o, c.Float.Status);
        return o + 1;
    }

    static Op* ClearExceptions(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        c.Float.Status &= 0x7F00;
        return o + 1;
    }

    static Op* Initialise(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        c.Float.Initialise();
        return o + 1;
    }

    static Op* LoadSimdControl(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        var value = (uint)Any.First(c, s, o);
        if ((value & 0xFFFF_0000) != 0) throw new GuestFault(GuestFault.Protection);
        c.Float.SimdControl = value;
        return o + 1;
    }

    static Op* StoreSimdControl(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        Any.SetFirst(c, s, o, c.Float.SimdControl);
        return o + 1;
    }

    static Op* SaveAll(Core c, CpuState* s, Op* o)
    {
        if ((s->Cr0 & EmulateOrSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        var linear = Any.Address(c, s, o, CpuState.FloatBytes, write: true);
        if (linear % 16 != 0) throw new GuestFault(GuestFault.Protection);
        c.Mmu.CheckWrite(linear, CpuState.FloatBytes);
        // 32-bit programs have eight of the sixteen SSE registers; what lies behind them is left alone.
        for (var at = 0; at < 288; at += 4) Access.Store<W32>(c, s, o, (uint)(linear + (ulong)at), *(uint*)(s->Float + at));
        return o + 1;
    }

    static Op* RestoreAll(Core c, CpuState* s, Op* o)
    {
        if ((s->Cr0 & EmulateOrSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        var linear = Any.Address(c, s, o, CpuState.FloatBytes, write: false);
        if (linear % 16 != 0) throw new GuestFault(GuestFault.Protection);
        var simdControl = Access.Load<W32>(c, s, o, (uint)(linear + 24));
        if ((simdControl & 0xFFFF_0000) != 0) throw new GuestFault(GuestFault.Protection);
        Access.Load<W32>(c, s, o, (uint)(linear + 284));
        for (var at = 0; at < 288; at += 4)
            if (at != 28) *(uint*)(s->Float + at) = (uint)Access.Load<W32>(c, s, o, (uint)(linear + (ulong)at));
        c.Float.ForgetAddresses();
        return o + 1;
    }

    static Op* StoreNonTemporal(Core c, CpuState* s, Op* o)
    {
        Any.SetFirst(c, s, o, Any.Register(s, o->Source, 4));
        return o + 1;
    }
}
