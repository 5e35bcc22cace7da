using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>PUSH, POP and what else moves the stack: PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE.</summary>
// SAFETY: state and operation are what the engine passes; operands are read by IOperand's rules.
static unsafe class StackOps
{
    internal static void Register()
    {
        OpTable.Add(Mnemonic.Push, BindPush);
        OpTable.Add(Mnemonic.Pop, BindPop);
        OpTable.Add(Mnemonic.Pusha, (in Instruction i, Op* o, bool _) => Sized(o, 2, &PushAll));
        OpTable.Add(Mnemonic.Pushad, (in Instruction i, Op* o, bool _) => Sized(o, 4, &PushAll));
        OpTable.Add(Mnemonic.Popa, (in Instruction i, Op* o, bool _) => Sized(o, 2, &PopAll));
        OpTable.Add(Mnemonic.Popad, (in Instruction i, Op* o, bool _) => Sized(o, 4, &PopAll));
        OpTable.Add(Mnemonic.Pushf, (in Instruction i, Op* o, bool _) => Sized(o, 2, &PushFlags));
        OpTable.Add(Mnemonic.Pushfd, (in Instruction i, Op* o, bool _) => Sized(o, 4, &PushFlags));
        OpTable.AddLast(Mnemonic.Popf, (in Instruction i, Op* o, bool _) => Sized(o, 2, &PopFlags));
        OpTable.AddLast(Mnemonic.Popfd, (in Instruction i, Op* o, bool _) => Sized(o, 4, &PopFlags));
        OpTable.Add(Mnemonic.Enter, (in Instruction i, Op* o, bool _) =>
        {
            o->Condition = (byte)(i.Immediate8_2nd & 31);
            o->Imm = i.Immediate16;
            return Sized(o, i.Code == Code.Enterw_imm16_imm8 ? 2 : 4, &Enter);
        });
        OpTable.Add(Mnemonic.Leave, (in Instruction i, Op* o, bool flat) =>
            i.Code == Code.Leaved && flat ? Chained(o, &LeaveFlat) : Sized(o, i.Code == Code.Leavew ? 2 : 4, &Leave));
    }

    static Handler Sized(Op* o, int bytes, Handler handler)
    {
        o->Width = (byte)bytes;
        return handler;
    }

    static Handler BindPush(in Instruction i, Op* o, bool flat)
    {
        // The decoder says how far the stack moves; a segment register has its own width.
        var bytes = -i.StackPointerIncrement;
        if (i.Op0Register.IsSegmentRegister()) return Sized(o, bytes, &PushSegment);
        o->Width = (byte)bytes;
        var quick = bytes == 4 && flat;
        if (i.Op0Kind == OpKind.Register) return quick ? Chained(o, &PushFlat<FirstRegister>) : &PushFirst;
        if (i.Op0Kind == OpKind.Memory) return quick ? Chained(o, &PushFlat<FlatMemory>) : &PushFirst;
        o->Imm &= Any.Mask(bytes);
        return quick ? Chained(o, &PushFlat<Immediate>) : &PushConstant;
    }

    static Handler Chained(Op* o, Handler handler)
    {
        o->Chained = 1;
        return handler;
    }

    [MethodImpl(Chain.Hot)]
    static Op* PushFlat<TFrom>(Core c, CpuState* s, Op* o) where TFrom : struct, IOperand
    {
        var value = TFrom.Read<W32>(c, s, o);
        var top = (uint)s->Gpr[Core.Sp] - 4;
        Access.Store<W32>(c, s, o, top, value);
        s->Gpr[Core.Sp] = top;
        return Chain.Next(c, s, o);
    }

    static Op* PushFirst(Core c, CpuState* s, Op* o)
    {
        c.Push(Any.First(c, s, o), o->Width);
        return o + 1;
    }

    static Op* PushConstant(Core c, CpuState* s, Op* o)
    {
        c.Push(o->Imm, o->Width);
        return o + 1;
    }

    static Op* PushSegment(Core c, CpuState* s, Op* o)
    {
        c.Push(c.Segments[o->Destination].Selector, o->Width);
        return o + 1;
    }

    static Handler BindPop(in Instruction i, Op* o, bool flat)
    {
        if (i.Op0Register.IsSegmentRegister()) return Sized(o, i.StackPointerIncrement, &PopSegment);
        if (i.Op0Kind == OpKind.Register) return o->Width == 4 && flat ? Chained(o, &PopFlat) : &PopRegister;
        return &PopMemory;
    }

    [MethodImpl(Chain.Hot)]
    static Op* PopFlat(Core c, CpuState* s, Op* o)
    {
        var top = (uint)s->Gpr[Core.Sp];
        var value = (uint)Access.Load<W32>(c, s, o, top);
        // In this order: POP ESP keeps what it popped.
        s->Gpr[Core.Sp] = top + 4;
        *(uint*)((byte*)s->Gpr + o->Destination) = value;
        return Chain.Next(c, s, o);
    }

    static Op* PopRegister(Core c, CpuState* s, Op* o)
    {
        var value = c.Pop(o->Width);
        Any.SetRegister(s, o->Destination, o->Width, value);
        return o + 1;
    }

    static Op* PopMemory(Core c, CpuState* s, Op* o)
    {
        var value = c.Peek(0, o->Width);
        var sp = s->Gpr[Core.Sp];
        // An address that uses the stack pointer uses it as it is after the pop.
        c.MoveStack(o->Width);
        try
        {
            Any.SetFirst(c, s, o, value);
        }
        catch
        {
            s->Gpr[Core.Sp] = sp;
            throw;
        }
        return o + 1;
    }

    static Op* PopSegment(Core c, CpuState* s, Op* o)
    {
        c.LoadSegment(o->Destination, (uint)c.Peek(0, o->Width) & 0xFFFF);
        c.MoveStack(o->Width);
        if (o->Destination == Core.Ss) s->Inhibit = 1;
        return Core.Go(s, o->NextIp);
    }

    static Op* PushAll(Core c, CpuState* s, Op* o)
    {
        var sp = s->Gpr[Core.Sp];
        for (var n = 1; n <= 8; n++) c.Mmu.CheckWrite(c.StackAddress(-n * o->Width, o->Width, write: true), o->Width);
        for (var n = 0; n < 8; n++) c.Push(n == Core.Sp ? sp : s->Gpr[n], o->Width);
        return o + 1;
    }

    static Op* PopAll(Core c, CpuState* s, Op* o)
    {
        Span<uint> values = stackalloc uint[8];
        for (var n = 0; n < 8; n++) values[7 - n] = (uint)c.Peek(n * o->Width, o->Width);
        c.MoveStack(8 * o->Width);
        for (var n = 0; n < 8; n++)
            if (n != Core.Sp) Any.SetRegister(s, n * 8, o->Width, values[n]);
        return o + 1;
    }

    static Op* PushFlags(Core c, CpuState* s, Op* o)
    {
        if ((s->SystemFlags & Flags.Virtual) != 0 && c.IoPrivilege < 3) throw new GuestFault(GuestFault.Protection);
        c.Push(Flags.Get(s) & ~(Flags.Virtual | Flags.Resume), o->Width);
        return o + 1;
    }

    static Op* PopFlags(Core c, CpuState* s, Op* o)
    {
        if ((s->SystemFlags & Flags.Virtual) != 0 && c.IoPrivilege < 3) throw new GuestFault(GuestFault.Protection);
        c.SetFlags((uint)c.Pop(o->Width), o->Width);
        s->Ip = o->NextIp;
        return null;
    }

    static Op* Enter(Core c, CpuState* s, Op* o)
    {
        var (bytes, level) = (o->Width, o->Condition);
        var sp = s->Gpr[Core.Sp];
        try
        {
            c.Push(s->Gpr[Core.Bp], bytes);
            var frame = s->Gpr[Core.Sp];
            for (var n = 1; n < level; n++)
            {
                var offset = (uint)s->Gpr[Core.Bp] - (uint)(n * bytes);
                if (!s->Ss.IsBig) offset = (ushort)offset;
                c.Push(Access.Load(c, s, c.Linear(Core.Ss, offset, bytes, write: false), bytes), bytes);
            }
            if (level > 0) c.Push(frame, bytes);
            c.Mmu.CheckWrite(c.StackAddress(-(int)o->Imm, bytes, write: true), bytes);
            Any.SetRegister(s, Core.Bp * 8, bytes, frame);
            c.MoveStack(-(int)o->Imm);
        }
        catch
        {
            s->Gpr[Core.Sp] = sp;
            throw;
        }
        return o + 1;
    }

    [MethodImpl(Chain.Hot)]
    static Op* LeaveFlat(Core c, CpuState* s, Op* o)
    {
        var frame = (uint)s->Gpr[Core.Bp];
        s->Gpr[Core.Bp] = Access.Load<W32>(c, s, o, frame);
        s->Gpr[Core.Sp] = frame + 4;
        return Chain.Next(c, s, o);
    }

    static Op* Leave(Core c, CpuState* s, Op* o)
    {
        var frame = (uint)s->Gpr[Core.Bp];
        if (!s->Ss.IsBig) frame = (ushort)frame;
        var old = Access.Load(c, s, c.Linear(Core.Ss, frame, o->Width, write: false), o->Width);
        if (s->Ss.IsBig) s->Gpr[Core.Sp] = frame;
        else *(ushort*)&s->Gpr[Core.Sp] = (ushort)frame;
        c.MoveStack(o->Width);
        Any.SetRegister(s, Core.Bp * 8, o->Width, old);
        return o + 1;
    }
}
