using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>x87, MMX, SSE and SSE2: done by the host's own unit (<see cref="NativeFloat"/>), except for what moves control words and whole states
/// (<see cref="FloatControlOps"/>).</summary>
// SAFETY: state and operation are what the engine passes; operand buffers have the size that the decoder says.
static unsafe class FloatOps
{
    const int OperandBytesMax = 128;
    internal const uint EmulateOrSwitched = 4 | 8;
    const uint Emulate = 4;
    internal const ulong SimdOn = 1 << 9;

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

    internal static Handler Bind(in Instruction i, Op* o, bool flat)
    {
        if (i.Mnemonic is Mnemonic.Wait) return &FloatControlOps.Wait;
        var needs = Needs(i);
        o->Condition = (byte)needs;
        if (FloatControlOps.TryBind(i, out var control)) return control;
        if (i.Mnemonic is Mnemonic.Maskmovq or Mnemonic.Maskmovdqu) return BindMasked(i, o);
        var memory = i.Op0Kind == OpKind.Memory || i.Op1Kind == OpKind.Memory;
        var bytes = memory ? i.MemorySize.GetSize() : 0;
        if (bytes > OperandBytesMax || !HostCode.TryMake(i, out var code)) return &Unknown;
        o->Width = (byte)bytes;
        o->Imm = (ulong)code;
        o->Repeat = WritesMemory(i) ? (byte)1 : (byte)0;
        o->SourceWidth = (byte)(NeedsAlignment(i) ? 15 : 0);
        o->Displacement = i.MemoryDisplacement32;
        const FloatNeeds both = FloatNeeds.Unit | FloatNeeds.Simd;
        if ((memory && !flat) || (needs & FloatNeeds.Environment) != 0 || (needs & both) == both) return &Native;
        o->Chained = 1;
        return (needs & FloatNeeds.Unit) != 0 ? ByPlace<OfUnit>(o) : (needs & FloatNeeds.SimdControl) != 0 ? ByPlace<OfSimd>(o) : ByPlace<OfQuietSimd>(o);
    }

    static Handler ByPlace<T>(Op* o) where T : struct, IReady =>
        o->Width == 0 ? &Fast<T, Nowhere>
        : OpTable.HasIndex(o) ? o->Repeat != 0 ? &Fast<T, WrittenMemory> : &Fast<T, ReadMemory>
        : o->Repeat != 0 ? &Fast<T, WrittenBase> : &Fast<T, ReadBase>;

    static FloatNeeds Needs(in Instruction i)
    {
        var xmm = i.Op0Register.IsXMM() || i.Op1Register.IsXMM();
        var mm = i.Op0Register.IsMM() || i.Op1Register.IsMM() || i.Mnemonic is Mnemonic.Emms;
        var scalar = i.Mnemonic is Mnemonic.Cvtss2si or Mnemonic.Cvttss2si or Mnemonic.Cvtsd2si or Mnemonic.Cvttsd2si or Mnemonic.Ldmxcsr or Mnemonic.Stmxcsr;
        var packed = i.Mnemonic is Mnemonic.Cvtps2pi or Mnemonic.Cvttps2pi or Mnemonic.Cvtpd2pi or Mnemonic.Cvttpd2pi;
        var flags = HostCode.ReadsFlags(i) || HostCode.WritesFlags(i) ? FloatNeeds.Flags : FloatNeeds.None;
        var unit = mm ? FloatNeeds.Unit | FloatNeeds.Waits : FloatNeeds.None;
        if (xmm || scalar || packed)
            return FloatNeeds.Vector | FloatNeeds.Simd | unit | flags | (HostCode.UsesSimdControl(i) ? FloatNeeds.SimdControl : FloatNeeds.None);
        if (mm) return FloatNeeds.Vector | unit;
        // Stores of whole states and what resets them do not wait for a pending exception.
        if (i.Mnemonic is Mnemonic.Fnstenv or Mnemonic.Fnsave) return FloatNeeds.Unit | FloatNeeds.Environment;
        if (i.Mnemonic is Mnemonic.Fldenv or Mnemonic.Frstor) return FloatNeeds.Unit | FloatNeeds.Environment | FloatNeeds.Waits;
        return i.Mnemonic is Mnemonic.Fninit or Mnemonic.Fnstcw or Mnemonic.Fnstsw or Mnemonic.Fnclex or Mnemonic.Fneni or Mnemonic.Fndisi or Mnemonic.Fnsetpm
            ? FloatNeeds.Unit : FloatNeeds.Unit | FloatNeeds.Waits | flags;
    }

    static bool WritesMemory(in Instruction i)
    {
        foreach (var memory in new InstructionInfoFactory().GetInfo(i).GetUsedMemory())
            if (memory.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite) return true;
        return false;
    }

    /// <summary>Every 16-byte operand of these extensions lies on 16 bytes, except for the moves that say otherwise.</summary>
    static bool NeedsAlignment(in Instruction i) => i.MemorySize.GetSize() == 16
        && i.Mnemonic is not (Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movdqu or Mnemonic.Lddqu);

    /// <summary>A mask move writes where a register says, which a copy to one place cannot follow: here byte by byte.</summary>
    static Handler BindMasked(in Instruction i, Op* o)
    {
        o->AddressBytes = (byte)(i.Op0Kind == OpKind.MemorySegDI ? 2 : 4);
        o->SegmentIndex = (byte)(i.MemorySegment - Iced.Intel.Register.ES);
        o->Destination = (byte)i.Op1Register.GetNumber();
        o->Source = (byte)i.Op2Register.GetNumber();
        var wide = i.Mnemonic == Mnemonic.Maskmovdqu;
        o->Condition = (byte)(FloatNeeds.Vector | (wide ? FloatNeeds.Simd : FloatNeeds.Unit | FloatNeeds.Waits));
        o->Width = (byte)(wide ? 16 : 8);
        // The narrow one takes the x87 registers for MMX; a store to a place that nobody reads does only that.
        var touch = Instruction.Create(Code.Movq_mmm64_mm, new MemoryOperand(Iced.Intel.Register.ESI), Iced.Intel.Register.MM0);
        if (!wide && HostCode.TryMake(touch, out var code)) o->Imm = (ulong)code;
        return &StoreMasked;
    }

    static Op* StoreMasked(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        // All of it must be writable, as processors of both makers have it, however little the mask lets through.
        var linear = c.Linear(o->SegmentIndex, (uint)Any.Register(s, Core.Di * 8, o->AddressBytes), o->Width, write: true);
        c.Mmu.CheckWrite(linear, o->Width);
        // It is MMX from here on: then register n stands at place n.
        ulong nobody;
        if (o->Width == 8)
        {
            c.Float.Run((nint)o->Imm, (byte*)&nobody, (FloatNeeds)o->Condition);
            c.Float.Release();
        }
        var registers = s->Float + (o->Width == 16 ? 160 : 32);
        var from = registers + o->Destination * 16;
        var mask = registers + o->Source * 16;
        for (var n = 0; n < o->Width; n++)
            if ((mask[n] & 0x80) != 0) Access.Store(c, s, (uint)(linear + (uint)n), 1, from[n]);
        return o + 1;
    }

    static Op* Unknown(Core c, CpuState* s, Op* o) => throw new GuestFault(GuestFault.InvalidOpcode);

    /// <summary>Refuses while the kernel has not given the unit to this program (SDM volume 3, section 2.5), and raises what an earlier instruction left.</summary>
    internal static void Demand(Core c, CpuState* s, Op* o)
    {
        var needs = (FloatNeeds)o->Condition;
        if ((needs & FloatNeeds.Vector) == 0)
        {
            if ((s->Cr0 & EmulateOrSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        }
        else
        {
            if ((s->Cr0 & Emulate) != 0 || ((needs & FloatNeeds.Simd) != 0 && (s->Cr4 & SimdOn) == 0)) throw new GuestFault(GuestFault.InvalidOpcode);
            if ((s->Cr0 & Core.TaskSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        }
        if ((needs & FloatNeeds.Waits) != 0) DemandNothingPending(c, s);
    }

    internal static void DemandNothingPending(Core c, CpuState* s)
    {
        if (c.Float.IsPending && (s->Cr0 & Core.NumericError) != 0) throw new GuestFault(GuestFault.Float);
    }

    /// <summary>An instruction whose operands and unit are at hand, which is nearly always.</summary>
    [MethodImpl(Chain.Hot)]
    static Op* Fast<T, TPlace>(Core c, CpuState* s, Op* o) where T : struct, IReady where TPlace : struct, IHostPlace
    {
        byte* operand;
        if (!T.IsReady(s) || (operand = TPlace.Of(s, o)) == null) return Careful(c, s, o);
        if ((o->Condition & (byte)FloatNeeds.Flags) != 0) LendFlags(s);
        HostCode.Call((nint)o->Imm, s, operand);
        if ((o->Condition & (byte)FloatNeeds.Flags) != 0) TakeFlags(s);
        return Chain.Next(c, s, o);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Op* Careful(Core c, CpuState* s, Op* o)
    {
        s->At = o;
        return Chain.Next(c, s, Native(c, s, o) - 1);
    }

    static void LendFlags(CpuState* s) => s->HostFlags = (Flags.Get(s) & Flags.Arithmetic) | 2;

    static void TakeFlags(CpuState* s) => Flags.Set(s, (s->SystemFlags & ~Flags.Arithmetic) | ((uint)s->HostFlags & Flags.Arithmetic));

    static Op* Native(Core c, CpuState* s, Op* o)
    {
        Demand(c, s, o);
        var needs = (FloatNeeds)o->Condition;
        var operand = stackalloc byte[OperandBytesMax + 16];
        operand = (byte*)(((nint)operand + 15) & ~15);
        ulong linear = 0;
        int bytes = o->Width;
        if (bytes != 0)
        {
            if (o->SourceWidth != 0) DemandAligned(c, s, o);
            linear = Any.Address(c, s, o, bytes, o->Repeat != 0);
            if (o->Repeat != 0) c.Mmu.CheckWrite(linear, bytes);
            Copy(c, s, linear, operand, bytes, write: false);
        }
        if ((needs & FloatNeeds.Flags) != 0) LendFlags(s);
        c.Float.Run((nint)o->Imm, operand, needs);
        if ((needs & FloatNeeds.Flags) != 0) TakeFlags(s);
        // What the host's addresses are is nobody's matter: behind control, status and tags.
        if ((needs & FloatNeeds.Environment) != 0 && o->Repeat != 0) new Span<byte>(operand + (bytes is 14 or 94 ? 6 : 12), bytes is 14 or 94 ? 8 : 16).Clear();
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
