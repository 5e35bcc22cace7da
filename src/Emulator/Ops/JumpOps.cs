using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>Jumps, calls, returns, loops and software interrupts.</summary>
// SAFETY: state and operation are what the engine passes; links lead to blocks of the same page (see Op.Link).
static unsafe class JumpOps
{
    static readonly Mnemonic[] s_conditional =
    [
        Mnemonic.Jo, Mnemonic.Jno, Mnemonic.Jb, Mnemonic.Jae, Mnemonic.Je, Mnemonic.Jne, Mnemonic.Jbe, Mnemonic.Ja,
        Mnemonic.Js, Mnemonic.Jns, Mnemonic.Jp, Mnemonic.Jnp, Mnemonic.Jl, Mnemonic.Jge, Mnemonic.Jle, Mnemonic.Jg,
    ];

    internal static void Register()
    {
        for (var n = 0; n < 16; n++)
        {
            var condition = (byte)n;
            OpTable.AddChained(s_conditional[n], (in Instruction i, Op* o, bool _) => ByCondition(o, condition));
        }
        OpTable.Add(Mnemonic.Jmp, BindJump);
        OpTable.Add(Mnemonic.Call, BindCall);
        OpTable.Add(Mnemonic.Ret, BindReturn);
        OpTable.Add(Mnemonic.Retf, (in Instruction i, Op* o, bool _) => SizedReturn(o, i.Code is Code.Retfw or Code.Retfw_imm16 ? 2 : 4, &FarReturn));
        OpTable.Add(Mnemonic.Iret, (in Instruction i, Op* o, bool _) => SizedReturn(o, 2, &InterruptReturn));
        OpTable.Add(Mnemonic.Iretd, (in Instruction i, Op* o, bool _) => SizedReturn(o, 4, &InterruptReturn));
        foreach (var loop in (ReadOnlySpan<Mnemonic>)[Mnemonic.Loop, Mnemonic.Loope, Mnemonic.Loopne, Mnemonic.Jcxz, Mnemonic.Jecxz])
            OpTable.AddChained(loop, BindLoop);
        OpTable.AddLast(Mnemonic.Int, (in Instruction i, Op* o, bool _) => &NumberedInterrupt);
        OpTable.AddLast(Mnemonic.Int3, (in Instruction i, Op* o, bool _) => Vector(o, GuestFault.Breakpoint, &SoftwareInterrupt));
        OpTable.AddLast(Mnemonic.Int1, (in Instruction i, Op* o, bool _) => &DebugInterrupt);
        OpTable.AddLast(Mnemonic.Into, (in Instruction i, Op* o, bool _) => Vector(o, GuestFault.Overflow, &InterruptOnOverflow));
        OpTable.Add(Mnemonic.Bound, (in Instruction i, Op* o, bool _) => &Bound);
        OpTable.AddLast(Mnemonic.Ud2, (in Instruction i, Op* o, bool _) => &Undefined);
        OpTable.AddLast(Mnemonic.Ud0, (in Instruction i, Op* o, bool _) => &Undefined);
        OpTable.AddLast(Mnemonic.Ud1, (in Instruction i, Op* o, bool _) => &Undefined);
    }

    static Handler Vector(Op* o, int vector, Handler handler)
    {
        o->Imm = (ulong)vector;
        return handler;
    }

    /// <summary>To a place in this segment: by the link when it is known, within one page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Op* To(Core c, CpuState* s, Op* o, uint target, ref Op* link) => link != null ? link : Learn(c, s, o, target, ref link);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Op* Learn(Core c, CpuState* s, Op* o, uint target, ref Op* link)
    {
        s->At = o;
        var block = c.Jump(target);
        if (block != null && ((target ^ o->Ip) & ~0xFFFu) == 0 && s->Cs.Base % 4096 == 0) link = block;
        return block;
    }

    /// <summary>One of Jcc, whose condition is in its operation.</summary>
    internal static bool IsConditional(Op* o) => o->SourceWidth == ConditionalMark;

    const byte ConditionalMark = 255;

    static Handler ByCondition(Op* o, int condition)
    {
        o->Condition = (byte)condition;
        o->SourceWidth = ConditionalMark;
        return condition switch
        {
            0 => &JumpIf<Overflow>, 1 => &JumpIf<Not<Overflow>>, 2 => &JumpIf<Below>, 3 => &JumpIf<Not<Below>>,
            4 => &JumpIf<Equal>, 5 => &JumpIf<Not<Equal>>, 6 => &JumpIf<BelowOrEqual>, 7 => &JumpIf<Not<BelowOrEqual>>,
            8 => &JumpIf<Negative>, 9 => &JumpIf<Not<Negative>>, 10 => &JumpIf<Even>, 11 => &JumpIf<Not<Even>>,
            12 => &JumpIf<Less>, 13 => &JumpIf<Not<Less>>, 14 => &JumpIf<LessOrEqual>, _ => &JumpIf<Not<LessOrEqual>>,
        };
    }

    [MethodImpl(Chain.Hot)]
    static Op* JumpIf<T>(Core c, CpuState* s, Op* o) where T : struct, ICondition =>
        T.Holds(s) ? To(c, s, o, (uint)o->Imm, ref o->Link) : On(s, o);

    /// <summary>Behind the jump: what lies beyond the segment's end there is the next instruction's fault.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Op* On(CpuState* s, Op* o) => o->Other != null ? o->Other : LearnNext(s, o);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Op* LearnNext(CpuState* s, Op* o)
    {
        var block = Core.Go(s, o->NextIp);
        if (block != null && ((o->NextIp ^ o->Ip) & ~0xFFFu) == 0 && s->Cs.Base % 4096 == 0) o->Other = block;
        return block;
    }

    static Handler BindJump(in Instruction i, Op* o, bool flat)
    {
        if (i.Op0Kind is OpKind.NearBranch16 or OpKind.NearBranch32) return Chained(o, &Jump);
        if (i.Op0Kind is OpKind.FarBranch16 or OpKind.FarBranch32) return &JumpFar;
        if (i.IsJmpFarIndirect) return SizedReturn(o, o->Width - 2, &JumpFarIndirect);
        if (!flat || o->Width != 4) return &JumpIndirect;
        return o->Form == OpForm.None ? Chained(o, &JumpIndirectFlat<FirstRegister>) : Chained(o, &JumpIndirectFlat<FlatMemory>);
    }

    static Handler Chained(Op* o, Handler handler)
    {
        o->Chained = 1;
        return handler;
    }

    [MethodImpl(Chain.Hot)]
    static Op* Jump(Core c, CpuState* s, Op* o) => To(c, s, o, (uint)o->Imm, ref o->Link);

    [MethodImpl(Chain.Hot)]
    static Op* JumpIndirectFlat<TFrom>(Core c, CpuState* s, Op* o) where TFrom : struct, IOperand => Core.Go(s, TFrom.Read<W32>(c, s, o));

    static Op* JumpIndirect(Core c, CpuState* s, Op* o) => c.Jump((uint)Any.First(c, s, o));

    static Op* JumpFar(Core c, CpuState* s, Op* o)
    {
        c.FarJump((uint)(o->Imm >> 32), (uint)o->Imm, o->NextIp);
        return null;
    }

    static Op* JumpFarIndirect(Core c, CpuState* s, Op* o)
    {
        var (selector, target) = FarPointer(c, s, o);
        c.FarJump(selector, target, o->NextIp);
        return null;
    }

    static (uint Selector, uint Target) FarPointer(Core c, CpuState* s, Op* o)
    {
        var target = (uint)Access.Load(c, s, Any.Address(c, s, o, o->Width, write: false), o->Width);
        return ((uint)Access.Load(c, s, Any.Behind(c, s, o, o->Width, 2), 2), target);
    }

    static Handler BindCall(in Instruction i, Op* o, bool flat)
    {
        if (i.Op0Kind is OpKind.NearBranch16 or OpKind.NearBranch32)
        {
            o->Width = (byte)(i.Op0Kind == OpKind.NearBranch16 ? 2 : 4);
            return o->Width == 4 && flat ? Chained(o, &CallFlat) : &Call;
        }
        if (i.Op0Kind is OpKind.FarBranch16 or OpKind.FarBranch32) return &CallFar;
        if (i.IsCallFarIndirect) return SizedReturn(o, o->Width - 2, &CallFarIndirect);
        if (!flat || o->Width != 4) return &CallIndirect;
        return o->Form == OpForm.None ? Chained(o, &CallIndirectFlat<FirstRegister>) : Chained(o, &CallIndirectFlat<FlatMemory>);
    }

    [MethodImpl(Chain.Hot)]
    static Op* CallIndirectFlat<TFrom>(Core c, CpuState* s, Op* o) where TFrom : struct, IOperand
    {
        var target = TFrom.Read<W32>(c, s, o);
        var top = (uint)s->Gpr[Core.Sp] - 4;
        Access.Store<W32>(c, s, o, top, o->NextIp);
        s->Gpr[Core.Sp] = top;
        return Core.Go(s, target);
    }

    [MethodImpl(Chain.Hot)]
    static Op* CallFlat(Core c, CpuState* s, Op* o)
    {
        var top = (uint)s->Gpr[Core.Sp] - 4;
        Access.Store<W32>(c, s, o, top, o->NextIp);
        s->Gpr[Core.Sp] = top;
        return To(c, s, o, (uint)o->Imm, ref o->Link);
    }

    static Op* Call(Core c, CpuState* s, Op* o)
    {
        c.DemandPush(o->Width);
        c.DemandInCode((uint)o->Imm);
        c.Push(o->NextIp, o->Width);
        return c.Jump((uint)o->Imm);
    }

    static Op* CallIndirect(Core c, CpuState* s, Op* o)
    {
        var target = (uint)Any.First(c, s, o);
        c.DemandPush(o->Width);
        c.DemandInCode(target);
        c.Push(o->NextIp, o->Width);
        return c.Jump(target);
    }

    static Op* CallFar(Core c, CpuState* s, Op* o)
    {
        c.FarCall((uint)(o->Imm >> 32), (uint)o->Imm, o->NextIp, o->Width);
        return null;
    }

    static Op* CallFarIndirect(Core c, CpuState* s, Op* o)
    {
        var (selector, target) = FarPointer(c, s, o);
        c.FarCall(selector, target, o->NextIp, o->Width);
        return null;
    }

    static Handler SizedReturn(Op* o, int bytes, Handler handler)
    {
        o->Width = (byte)bytes;
        return handler;
    }

    static Handler BindReturn(in Instruction i, Op* o, bool flat)
    {
        if (i.Code is Code.Retnw or Code.Retnw_imm16) return SizedReturn(o, 2, &Return);
        return flat ? Chained(o, &ReturnFlat) : SizedReturn(o, 4, &Return);
    }

    [MethodImpl(Chain.Hot)]
    static Op* ReturnFlat(Core c, CpuState* s, Op* o)
    {
        var top = (uint)s->Gpr[Core.Sp];
        var target = Access.Load<W32>(c, s, o, top);
        s->Gpr[Core.Sp] = top + 4 + (uint)o->Imm;
        return Core.Go(s, target);
    }

    static Op* Return(Core c, CpuState* s, Op* o)
    {
        var target = (uint)c.Peek(0, o->Width);
        c.DemandInCode(target);
        c.MoveStack(o->Width + (int)o->Imm);
        return c.Jump(target);
    }

    static Op* FarReturn(Core c, CpuState* s, Op* o)
    {
        // The selector first, as processors do it.
        var selector = (uint)c.Peek(o->Width, o->Width) & 0xFFFF;
        c.FarReturn((uint)c.Peek(0, o->Width), selector, 2 * o->Width, (int)o->Imm, o->Width);
        return null;
    }

    static Op* InterruptReturn(Core c, CpuState* s, Op* o)
    {
        if (c.IsVirtual && c.IoPrivilege < 3) throw new GuestFault(GuestFault.Protection);
        // Where a task that returns goes on when it is called again.
        s->Ip = o->NextIp;
        c.InterruptReturn(o->Width);
        return null;
    }

    const byte WhileCount = 0, WhileZero = 1, WhileNotZero = 2, IfNoCount = 3;

    static Handler BindLoop(in Instruction i, Op* o, bool flat)
    {
        o->Condition = i.Mnemonic switch
        {
            Mnemonic.Loop => WhileCount, Mnemonic.Loope => WhileZero, Mnemonic.Loopne => WhileNotZero, _ => IfNoCount,
        };
        // Which register counts follows the address size, which the decoder tells by the instruction's code.
        o->AddressBytes = (byte)(i.Code is Code.Jcxz_rel8_16 or Code.Jcxz_rel8_32 or Code.Loop_rel8_16_CX or Code.Loop_rel8_32_CX
            or Code.Loope_rel8_16_CX or Code.Loope_rel8_32_CX or Code.Loopne_rel8_16_CX or Code.Loopne_rel8_32_CX ? 2 : 4);
        return &Loop;
    }

    [MethodImpl(Chain.Hot)]
    static Op* Loop(Core c, CpuState* s, Op* o)
    {
        var old = s->Gpr[Core.Cx];
        var count = Any.Register(s, Core.Cx * 8, o->AddressBytes);
        var jump = count == 0;
        if (o->Condition != IfNoCount)
        {
            count = (count - 1) & Any.Mask(o->AddressBytes);
            Any.SetRegister(s, Core.Cx * 8, o->AddressBytes, count);
            jump = count != 0 && (o->Condition == WhileCount || Flags.IsZero(s) == (o->Condition == WhileZero));
        }
        if (!jump) return On(s, o);
        if (o->Link != null) return o->Link;
        // A jump beyond the segment's end must leave the count as it was.
        if ((uint)o->Imm > s->Cs.Limit) s->Gpr[Core.Cx] = old;
        return Learn(c, s, o, (uint)o->Imm, ref o->Link);
    }

    static Op* NumberedInterrupt(Core c, CpuState* s, Op* o)
    {
        if (c.IsVirtual && c.IoPrivilege < 3) throw new GuestFault(GuestFault.Protection);
        return SoftwareInterrupt(c, s, o);
    }

    static Op* SoftwareInterrupt(Core c, CpuState* s, Op* o)
    {
        s->Ip = o->NextIp;
        c.Interrupt((int)(byte)o->Imm, Core.Cause.Software);
        return null;
    }

    /// <summary>What debuggers of hardware use: no privilege is asked for.</summary>
    static Op* DebugInterrupt(Core c, CpuState* s, Op* o)
    {
        s->Ip = o->NextIp;
        c.Interrupt(GuestFault.Debug, Core.Cause.Exception);
        return null;
    }

    static Op* InterruptOnOverflow(Core c, CpuState* s, Op* o)
    {
        s->Ip = o->NextIp;
        if (Flags.IsOverflow(s)) c.Interrupt(GuestFault.Overflow, Core.Cause.Software);
        return null;
    }

    static Op* Bound(Core c, CpuState* s, Op* o)
    {
        var index = Any.Extend(Any.Register(s, o->Destination, o->Width), o->Width);
        var low = Any.Extend(Access.Load(c, s, Any.Address(c, s, o, o->Width, write: false), o->Width), o->Width);
        var high = Any.Extend(Access.Load(c, s, Any.Behind(c, s, o, o->Width, o->Width), o->Width), o->Width);
        if (index < low || index > high) throw new GuestFault(GuestFault.Bound);
        return o + 1;
    }

    static Op* Undefined(Core c, CpuState* s, Op* o) => throw new GuestFault(GuestFault.InvalidOpcode);
}
