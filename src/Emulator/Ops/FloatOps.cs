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
            Mnemonic.Prefetcht0, Mnemonic.Prefetcht1, Mnemonic.Prefetcht2, Mnemonic.Reservednop])
            OpTable.AddChained(mnemonic, (in Instruction i, Op* o, bool _) => &MoveOps.Nothing);
        OpTable.AddChained(Mnemonic.Pause, (in Instruction i, Op* o, bool _) => &MoveOps.Nothing);
        OpTable.Add(Mnemonic.Clflush, (in Instruction i, Op* o, bool _) => &FlushLine);
        OpTable.Add(Mnemonic.Wait, Bind);
        OpTable.Add(Mnemonic.Movnti, (in Instruction i, Op* o, bool _) => &StoreNonTemporal);
    }

    static Handler Bind(in Instruction i, Op* o, bool flat) => Bind(i, o);

    internal static Handler Bind(in Instruction i, Op* o)
    {
        if (i.Mnemonic is Mnemonic.Wait) return &Wait;
        o->Condition = Kind(i);
        switch (i.Mnemonic)
        {
            case Mnemonic.Fldcw: return &LoadControl;
            case Mnemonic.Fnstcw or Mnemonic.Fstcw: return &StoreControl;
            case Mnemonic.Fnstsw or Mnemonic.Fstsw: return &StoreStatus;
            case Mnemonic.Fnclex or Mnemonic.Fclex: return &ClearExceptions;
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
        if (stub.Light) o->Condition |= Light;
        if (i.Mnemonic is Mnemonic.Comiss or Mnemonic.Comisd or Mnemonic.Ucomiss or Mnemonic.Ucomisd) o->Condition |= SetsFlags;
        return &Native;
    }

    /// <summary>What an instruction needs and waits for.</summary>
    const byte Vector = 1, Simd = 2, Waits = 4, StoresAddresses = 8, Light = 16, SetsFlags = 32;

    static byte Kind(in Instruction i)
    {
        var xmm = i.Op0Register.IsXMM() || i.Op1Register.IsXMM();
        var mm = i.Op0Register.IsMM() || i.Op1Register.IsMM() || i.Mnemonic is Mnemonic.Emms;
        var scalar = i.Mnemonic is Mnemonic.Cvtss2si or Mnemonic.Cvttss2si or Mnemonic.Cvtsd2si or Mnemonic.Cvttsd2si or Mnemonic.Ldmxcsr or Mnemonic.Stmxcsr;
        var packed = i.Mnemonic is Mnemonic.Cvtps2pi or Mnemonic.Cvttps2pi or Mnemonic.Cvtpd2pi or Mnemonic.Cvttpd2pi;
        if (xmm || scalar || packed) return (byte)(Vector | Simd | (mm ? Waits : 0));
        if (mm) return Vector | Waits;
        // Stores of whole states and what resets them do not wait for a pending exception.
        if (i.Mnemonic is Mnemonic.Fnstenv or Mnemonic.Fnsave) return StoresAddresses;
        return i.Mnemonic is Mnemonic.Fninit or Mnemonic.Fnstcw or Mnemonic.Fnstsw or Mnemonic.Fnclex or Mnemonic.Fneni or Mnemonic.Fndisi or Mnemonic.Fnsetpm ? (byte)0 : Waits;
    }

    /// <summary>A mask move writes where a register says, which a copy to one place cannot follow: here byte by byte.</summary>
    static Handler BindMasked(in Instruction i, Op* o)
    {
        o->AddressBytes = (byte)(i.Op0Kind == OpKind.MemorySegDI ? 2 : 4);
        o->SegmentIndex = (byte)(i.MemorySegment - Iced.Intel.Register.ES);
        o->Destination = (byte)i.Op1Register.GetNumber();
        o->Source = (byte)i.Op2Register.GetNumber();
        var wide = i.Mnemonic == Mnemonic.Maskmovdqu;
        o->Condition = wide ? (byte)(Vector | Simd) : (byte)(Vector | Waits);
        o->Width = (byte)(wide ? 16 : 8);
        // The narrow one takes the x87 registers for MMX; a store to a place that nobody reads does only that.
        var touch = Instruction.Create(Code.Movq_mmm64_mm, new MemoryOperand(Iced.Intel.Register.ESI), Iced.Intel.Register.MM0);
        if (!wide && NativeFloat.TryEncode(touch, out var stub)) o->Imm = (ulong)stub.Code;
        return &StoreMasked;
    }

    static Op* StoreMasked(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        if ((o->Condition & Waits) != 0) DemandNothingPending(c, s);
        // All of it must be writable, as processors of both makers have it, however little the mask lets through.
        var linear = c.Linear(o->SegmentIndex, (uint)Any.Register(s, Core.Di * 8, o->AddressBytes), o->Width, write: true);
        c.Mmu.CheckWrite(linear, o->Width);
        // It is MMX from here on: then register n stands at place n.
        ulong nobody;
        if (o->Width == 8) c.Float.Run((void*)o->Imm, (byte*)&nobody, (byte*)s->Gpr + CpuState.NoRegister * 8, s, simd: false);
        var registers = s->Float + (o->Width == 16 ? 160 : 32);
        var from = registers + o->Destination * 16;
        var mask = registers + o->Source * 16;
        for (var n = 0; n < o->Width; n++)
            if ((mask[n] & 0x80) != 0) Access.Store(c, s, (uint)(linear + (uint)n), 1, from[n]);
        return o + 1;
    }

    static Op* Unknown(Core c, CpuState* s, Op* o) => throw new GuestFault(GuestFault.InvalidOpcode);

    /// <summary>Refuses while the kernel has not given the unit to this program (SDM volume 3, section 2.5).</summary>
    static void Demand(Core c, CpuState* s, Op* o)
    {
        if ((o->Condition & Vector) == 0)
        {
            if ((s->Cr0 & EmulateOrSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        }
        else
        {
            if ((s->Cr0 & Emulate) != 0 || ((o->Condition & Simd) != 0 && (s->Cr4 & SimdOn) == 0)) throw new GuestFault(GuestFault.InvalidOpcode);
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
        if ((o->Condition & Waits) != 0) DemandNothingPending(c, s);
        var operand = stackalloc byte[OperandBytesMax + 16];
        operand = (byte*)(((nint)operand + 15) & ~15);
        ulong linear = 0;
        int bytes = o->Width;
        if (bytes != 0)
        {
            if (o->SourceWidth == 16) DemandAligned(c, s, o);
            linear = Any.Address(c, s, o, bytes, o->Repeat != 0);
            if (o->Repeat != 0) c.Mmu.CheckWrite(linear, bytes);
            Copy(c, s, linear, operand, bytes, write: false);
        }
        var light = (o->Condition & Light) != 0
            && c.Float.TryRunLight((void*)o->Imm, operand, (byte*)s->Gpr + o->Destination, s, (o->Condition & SetsFlags) != 0);
        if (!light) c.Float.Run((void*)o->Imm, operand, (byte*)s->Gpr + o->Destination, s, (o->Condition & Simd) != 0);
        // What the host's addresses are is nobody's matter: behind control, status and tags.
        if ((o->Condition & StoresAddresses) != 0) new Span<byte>(operand + (bytes is 14 or 94 ? 6 : 12), bytes is 14 or 94 ? 8 : 16).Clear();
        if (o->Repeat != 0) Copy(c, s, linear, operand, bytes, write: true);
        return o + 1;
    }

    /// <summary>Comes before the segment's own checks.</summary>
    static void DemandAligned(Core c, CpuState* s, Op* o)
    {
        if (((c.Segments[o->SegmentIndex].Base + SegmentedMemory.Offset(s, o)) & 15) != 0) throw new GuestFault(GuestFault.Protection);
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
        c.Float.Control = (ushort)((Any.First(c, s, o) & 0x1F3F) | 0x40);
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

    /// <summary>Nothing but the checks of a load.</summary>
    static Op* FlushLine(Core c, CpuState* s, Op* o)
    {
        Access.Load(c, s, Any.Address(c, s, o, 1, write: false), 1);
        return o + 1;
    }

    static Op* StoreNonTemporal(Core c, CpuState* s, Op* o)
    {
        Any.SetFirst(c, s, o, Any.Register(s, o->Source, 4));
        return o + 1;
    }
}
