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
            OpTable.Add(s_conditional[n], (in Instruction i, Op* o, bool _) =>
            {
                o->Condition = condition;
                return condition switch { 4 => &JumpIfZero, 5 => &JumpIfNotZero, _ => &JumpIf };
            });
        }
        OpTable.Add(Mnemonic.Jmp, BindJump);
        OpTable.Add(Mnemonic.Call, BindCall);
        OpTable.Add(Mnemonic.Ret, BindReturn);
        OpTable.Add(Mnemonic.Retf, (in Instruction i, Op* o, bool _) => SizedReturn(o, i.Code is Code.Retfw or Code.Retfw_imm16 ? 2 : 4, &FarReturn));
        OpTable.Add(Mnemonic.Iret, (in Instruction i, Op* o, bool _) => SizedReturn(o, 2, &InterruptReturn));
        OpTable.Add(Mnemonic.Iretd, (in Instruction i, Op* o, bool _) => SizedReturn(o, 4, &InterruptReturn));
        OpTable.Add(Mnemonic.Loop, BindLoop);
        OpTable.Add(Mnemonic.Loope, BindLoop);
        OpTable.Add(Mnemonic.Loopne, BindLoop);
        OpTable.Add(Mnemonic.Jcxz, BindLoop);
        OpTable.Add(Mnemonic.Jecxz, BindLoop);
        OpTable.AddLast(Mnemonic.Int, (in Instruction i, Op* o, bool _) => &SoftwareInterrupt);
        OpTable.AddLast(Mnemonic.Int3, (in Instruction i, Op* o, bool _) => Vector(o, GuestFault.Breakpoint, &SoftwareInterrupt));
        OpTable.AddLast(Mnemonic.Int1, (in Instruction i, Op* o, bool _) => Vector(o, GuestFault.Debug, &SoftwareInterrupt));
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
    static Op* To(CpuState* s, Op* o, uint target, ref Op* link) => link != null ? link : Learn(s, o, target, ref link);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Op* Learn(CpuState* s, Op* o, uint target, ref Op* link)
    {
        if (s->Cs.Limit != uint.MaxValue && target > s->Cs.Limit) throw new GuestFault(GuestFault.Protection);
        var block = Core.Go(s, target);
        if (block != null && ((target ^ o->Ip) & ~0xFFFu) == 0 && s->Cs.Base % 4096 == 0) link = block;
        return block;
    }

    static Op* JumpIf(Core c, CpuState* s, Op* o) =>
        Flags.Holds(s, o->Condition) ? To(s, o, (uint)o->Imm, ref o->Link) : To(s, o, o->NextIp, ref o->Other);

    static Op* JumpIfZero(Core c, CpuState* s, Op* o) =>
        Flags.IsZero(s) ? To(s, o, (uint)o->Imm, ref o->Link) : To(s, o, o->NextIp, ref o->Other);

    static Op* JumpIfNotZero(Core c, CpuState* s, Op* o) =>
        !Flags.IsZero(s) ? To(s, o, (uint)o->Imm, ref o->Link) : To(s, o, o->NextIp, ref o->Other);

    static Handler BindJump(in Instruction i, Op* o, bool flat)
    {
        if (i.Op0Kind is OpKind.NearBranch16 or OpKind.NearBranch32) return &Jump;
        if (i.Op0Kind is OpKind.FarBranch16 or OpKind.FarBranch32) return &JumpFar;
        if (i.IsJmpFarIndirect) return SizedReturn(o, o->Width - 2, &JumpFarIndirect);
        return &JumpIndirect;
    }

    static Op* Jump(Core c, CpuState* s, Op* o) => To(s, o, (uint)o->Imm, ref o->Link);

    static Op* JumpIndirect(Core c, CpuState* s, Op* o) => Core.Go(s, Any.First(c, s, o));

    static Op* JumpFar(Core c, CpuState* s, Op* o)
    {
        c.FarJump((uint)(o->Imm >> 32), (uint)o->Imm);
        return null;
    }

    static Op* JumpFarIndirect(Core c, CpuState* s, Op* o)
    {
        var (selector, target) = FarPointer(c, s, o);
        c.FarJump(selector, target);
        return null;
    }

    static (uint Selector, uint Target) FarPointer(Core c, CpuState* s, Op* o)
    {
        var linear = Any.Address(c, s, o, o->Width + 2, write: false);
        var target = (uint)Access.Load(c, s, linear, o->Width);
        return ((uint)Access.Load(c, s, (uint)(linear + o->Width), 2), target);
    }

    static Handler BindCall(in Instruction i, Op* o, bool flat)
    {
        if (i.Op0Kind is OpKind.NearBranch16 or OpKind.NearBranch32)
        {
            o->Width = (byte)(i.Op0Kind == OpKind.NearBranch16 ? 2 : 4);
            return o->Width == 4 && flat ? &CallFlat : &Call;
        }
        if (i.Op0Kind is OpKind.FarBranch16 or OpKind.FarBranch32) return &CallFar;
        if (i.IsCallFarIndirect) return SizedReturn(o, o->Width - 2, &CallFarIndirect);
        return &CallIndirect;
    }

    static Op* CallFlat(Core c, CpuState* s, Op* o)
    {
        var top = (uint)s->Gpr[Core.Sp] - 4;
        Access.Store<W32>(c, s, top, o->NextIp);
        s->Gpr[Core.Sp] = top;
        return To(s, o, (uint)o->Imm, ref o->Link);
    }

    static Op* Call(Core c, CpuState* s, Op* o)
    {
        c.Push(o->NextIp, o->Width);
        return Core.Go(s, o->Imm);
    }

    static Op* CallIndirect(Core c, CpuState* s, Op* o)
    {
        var target = Any.First(c, s, o);
        c.Push(o->NextIp, o->Width);
        return Core.Go(s, target);
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
        return SizedReturn(o, 4, flat ? &ReturnFlat : &Return);
    }

    static Op* ReturnFlat(Core c, CpuState* s, Op* o)
    {
        var top = (uint)s->Gpr[Core.Sp];
        var target = Access.Load<W32>(c, s, top);
        s->Gpr[Core.Sp] = top + 4 + (uint)o->Imm;
        return Core.Go(s, target);
    }

    static Op* Return(Core c, CpuState* s, Op* o)
    {
        var target = c.Pop(o->Width);
        c.MoveStack((int)o->Imm);
        return Core.Go(s, target);
    }

    static Op* FarReturn(Core c, CpuState* s, Op* o)
    {
        c.FarReturn((uint)c.Peek(0, o->Width), (uint)c.Peek(o->Width, o->Width) & 0xFFFF, 2 * o->Width, (int)o->Imm, o->Width);
        return null;
    }

    static Op* InterruptReturn(Core c, CpuState* s, Op* o)
    {
        if ((s->SystemFlags & Flags.Virtual) != 0) throw new GuestFault(GuestFault.Protection);
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

    static Op* Loop(Core c, CpuState* s, Op* o)
    {
        var count = Any.Register(s, Core.Cx * 8, o->AddressBytes);
        var jump = count == 0;
        if (o->Condition != IfNoCount)
        {
            count = (count - 1) & Any.Mask(o->AddressBytes);
            Any.SetRegister(s, Core.Cx * 8, o->AddressBytes, count);
            jump = count != 0 && (o->Condition == WhileCount || Flags.IsZero(s) == (o->Condition == WhileZero));
        }
        return jump ? To(s, o, (uint)o->Imm, ref o->Link) : To(s, o, o->NextIp, ref o->Other);
    }

    static Op* SoftwareInterrupt(Core c, CpuState* s, Op* o)
    {
        if ((s->SystemFlags & Flags.Virtual) != 0 && c.IoPrivilege < 3) throw new GuestFault(GuestFault.Protection);
        s->Ip = o->NextIp;
        c.Interrupt((int)(byte)o->Imm, Core.Cause.Software);
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
        var linear = Any.Address(c, s, o, 2 * o->Width, write: false);
        var low = Any.Extend(Access.Load(c, s, linear, o->Width), o->Width);
        var high = Any.Extend(Access.Load(c, s, (uint)(linear + o->Width), o->Width), o->Width);
        if (index < low || index > high) throw new GuestFault(GuestFault.Bound);
        return o + 1;
    }

    static Op* Undefined(Core c, CpuState* s, Op* o) => throw new GuestFault(GuestFault.InvalidOpcode);
}
