using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>MOV and its relatives: MOVZX, MOVSX, LEA, XCHG, CMOVcc, SETcc, BSWAP, XLAT, CBW and CWD.</summary>
// SAFETY: state and operation are what the engine passes; operands are read by IOperand's rules.
static unsafe class MoveOps
{
    static readonly Mnemonic[] s_conditionalMoves =
    [
        Mnemonic.Cmovo, Mnemonic.Cmovno, Mnemonic.Cmovb, Mnemonic.Cmovae, Mnemonic.Cmove, Mnemonic.Cmovne, Mnemonic.Cmovbe, Mnemonic.Cmova,
        Mnemonic.Cmovs, Mnemonic.Cmovns, Mnemonic.Cmovp, Mnemonic.Cmovnp, Mnemonic.Cmovl, Mnemonic.Cmovge, Mnemonic.Cmovle, Mnemonic.Cmovg,
    ];

    static readonly Mnemonic[] s_conditionalSets =
    [
        Mnemonic.Seto, Mnemonic.Setno, Mnemonic.Setb, Mnemonic.Setae, Mnemonic.Sete, Mnemonic.Setne, Mnemonic.Setbe, Mnemonic.Seta,
        Mnemonic.Sets, Mnemonic.Setns, Mnemonic.Setp, Mnemonic.Setnp, Mnemonic.Setl, Mnemonic.Setge, Mnemonic.Setle, Mnemonic.Setg,
    ];

    internal static void Register()
    {
        OpTable.Add(Mnemonic.Mov, BindMove);
        OpTable.Add(Mnemonic.Movzx, BindZeroExtend);
        OpTable.Add(Mnemonic.Movsx, BindSignExtend);
        OpTable.Add(Mnemonic.Lea, BindAddress);
        OpTable.Add(Mnemonic.Xchg, (in Instruction i, Op* o, bool _) => &Exchange);
        OpTable.Add(Mnemonic.Bswap, (in Instruction i, Op* o, bool _) => &SwapBytes);
        OpTable.Add(Mnemonic.Xlatb, (in Instruction i, Op* o, bool _) => &Translate);
        OpTable.Add(Mnemonic.Cbw, (in Instruction i, Op* o, bool _) => &Cbw);
        OpTable.Add(Mnemonic.Cwde, (in Instruction i, Op* o, bool _) => &Cwde);
        OpTable.Add(Mnemonic.Cwd, (in Instruction i, Op* o, bool _) => &Cwd);
        OpTable.Add(Mnemonic.Cdq, (in Instruction i, Op* o, bool _) => &Cdq);
        OpTable.AddChained(Mnemonic.Nop, (in Instruction i, Op* o, bool _) => &Nothing);
        OpTable.AddChained(Mnemonic.Endbr32, (in Instruction i, Op* o, bool _) => &Nothing);
        OpTable.AddChained(Mnemonic.Pause, (in Instruction i, Op* o, bool _) => &Nothing);
        for (var n = 0; n < 16; n++)
        {
            var condition = (byte)n;
            OpTable.Add(s_conditionalMoves[n], (in Instruction i, Op* o, bool _) => BindConditional(o, condition, &ConditionalMove, &ConditionalMoveRegister));
            OpTable.Add(s_conditionalSets[n], (in Instruction i, Op* o, bool _) => BindConditional(o, condition, &ConditionalSet, &ConditionalSetRegister));
        }
    }

    [MethodImpl(Chain.Hot)]
    internal static Op* Nothing(Core c, CpuState* s, Op* o) => Chain.Next(c, s, o);

    static Handler BindMove(in Instruction i, Op* o, bool flat)
    {
        if (i.Op0Register.IsSegmentRegister() || i.Op1Register.IsSegmentRegister()) return SegmentOps.BindMove(i);
        if (i.Op0Register.IsCR() || i.Op1Register.IsCR() || i.Op0Register.IsDR() || i.Op1Register.IsDR()) return SystemOps.BindMove(i, o);
        o->Chained = 1;
        return o->Width switch { 1 => Moves<W8>(o, flat), 2 => Moves<W16>(o, flat), _ => Moves<W32>(o, flat) };
    }

    static Handler Moves<W>(Op* o, bool flat) where W : struct, IWidth => !flat ? Moves<W, SegmentedMemory>(o)
        : OpTable.HasIndex(o) ? Moves<W, FlatMemory>(o) : Moves<W, FlatBase>(o);

    static Handler Moves<W, TMemory>(Op* o) where W : struct, IWidth where TMemory : struct, IOperand => o->Form switch
    {
        OpForm.FirstIsMemory | OpForm.SecondIsImmediate => &Move<W, TMemory, Immediate>,
        OpForm.FirstIsMemory => &Move<W, TMemory, SecondRegister>,
        OpForm.SecondIsMemory => &Move<W, FirstRegister, TMemory>,
        OpForm.SecondIsImmediate => &Move<W, FirstRegister, Immediate>,
        _ => &Move<W, FirstRegister, SecondRegister>,
    };

    [MethodImpl(Chain.Hot)]
    static Op* Move<W, TTo, TFrom>(Core c, CpuState* s, Op* o) where W : struct, IWidth where TTo : struct, IOperand where TFrom : struct, IOperand
    {
        TTo.Write<W>(c, s, o, TFrom.Read<W>(c, s, o));
        return Chain.Next(c, s, o);
    }

    static Handler BindAddress(in Instruction i, Op* o, bool flat)
    {
        if (o->Width != 4 || o->AddressBytes != 4) return &Lea;
        o->Chained = 1;
        return &Lea32;
    }

    static Handler BindZeroExtend(in Instruction i, Op* o, bool flat) => o->Width == 2 ? &ExtendTo16<Unsigned>
        : o->SourceWidth == 1 ? Extensions<W8, Unsigned>(o, flat) : Extensions<W16, Unsigned>(o, flat);

    static Handler BindSignExtend(in Instruction i, Op* o, bool flat) => o->Width == 2 ? &ExtendTo16<Signed>
        : o->SourceWidth == 1 ? Extensions<W8, Signed>(o, flat) : Extensions<W16, Signed>(o, flat);

    static Handler Extensions<W, TSign>(Op* o, bool flat) where W : struct, IWidth where TSign : struct, ISign
    {
        o->Chained = 1;
        return o->Form != OpForm.SecondIsMemory ? &Extend<W, SecondRegister, TSign>
            : !flat ? &Extend<W, SegmentedMemory, TSign>
            : OpTable.HasIndex(o) ? &Extend<W, FlatMemory, TSign> : &Extend<W, FlatBase, TSign>;
    }

    interface ISign
    {
        static abstract bool IsSigned { get; }
    }

    struct Signed : ISign
    {
        public static bool IsSigned => true;
    }

    struct Unsigned : ISign
    {
        public static bool IsSigned => false;
    }

    [MethodImpl(Chain.Hot)]
    static Op* Extend<W, TFrom, TSign>(Core c, CpuState* s, Op* o)
        where W : struct, IWidth where TFrom : struct, IOperand where TSign : struct, ISign
    {
        var value = TFrom.Read<W>(c, s, o);
        FirstRegister.Write<W32>(c, s, o, TSign.IsSigned ? W.Extend(value) : value);
        return Chain.Next(c, s, o);
    }

    static Op* ExtendTo16<TSign>(Core c, CpuState* s, Op* o) where TSign : struct, ISign
    {
        var value = Any.Second(c, s, o);
        FirstRegister.Write<W16>(c, s, o, TSign.IsSigned ? (ulong)Any.Extend(value, o->SourceWidth) : value);
        return o + 1;
    }

    [MethodImpl(Chain.Hot)]
    static Op* Lea32(Core c, CpuState* s, Op* o)
    {
        FirstRegister.Write<W32>(c, s, o, FlatMemory.Linear(s, o));
        return Chain.Next(c, s, o);
    }

    static Op* Lea(Core c, CpuState* s, Op* o)
    {
        Any.SetRegister(s, o->Destination, o->Width, SegmentedMemory.Offset(s, o));
        return o + 1;
    }

    static Op* Exchange(Core c, CpuState* s, Op* o)
    {
        // One order of operands in the encoding, two in the decoder: memory may be either.
        if ((o->Form & OpForm.SecondIsMemory) != 0)
        {
            var at = Any.Address(c, s, o, o->Width, write: true);
            var old = Access.LoadForWrite(c, s, at, o->Width);
            Access.Store(c, s, at, o->Width, Any.Register(s, o->Destination, o->Width));
            Any.SetRegister(s, o->Destination, o->Width, old);
            return o + 1;
        }
        var first = Any.FirstForWrite(c, s, o);
        Any.SetFirst(c, s, o, Any.Register(s, o->Source, o->Width));
        Any.SetRegister(s, o->Source, o->Width, first);
        return o + 1;
    }

    static Op* SwapBytes(Core c, CpuState* s, Op* o)
    {
        var value = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((uint)FirstRegister.Read<W32>(c, s, o));
        // With a 16-bit operand the result is undefined; processors clear the register's half.
        Any.SetRegister(s, o->Destination, o->Width, o->Width == 2 ? 0 : value);
        return o + 1;
    }

    static Op* Translate(Core c, CpuState* s, Op* o)
    {
        var offset = c.Get32(Core.Bx) + (byte)s->Gpr[Core.Ax];
        if (o->AddressBytes == 2) offset = (ushort)offset;
        *(byte*)&s->Gpr[Core.Ax] = (byte)Access.Load<W8>(c, s, o, c.Linear(o->SegmentIndex, offset, 1, write: false));
        return o + 1;
    }

    static Op* Cbw(Core c, CpuState* s, Op* o)
    {
        *(ushort*)&s->Gpr[Core.Ax] = (ushort)(sbyte)s->Gpr[Core.Ax];
        return o + 1;
    }

    static Op* Cwde(Core c, CpuState* s, Op* o)
    {
        c.Set32(Core.Ax, (uint)(short)s->Gpr[Core.Ax]);
        return o + 1;
    }

    static Op* Cwd(Core c, CpuState* s, Op* o)
    {
        *(ushort*)&s->Gpr[Core.Dx] = (ushort)((short)s->Gpr[Core.Ax] >> 15);
        return o + 1;
    }

    static Op* Cdq(Core c, CpuState* s, Op* o)
    {
        c.Set32(Core.Dx, (uint)((int)s->Gpr[Core.Ax] >> 31));
        return o + 1;
    }

    /// <summary>The form with 32-bit registers only, or a byte register to set, is the frequent one.</summary>
    static Handler BindConditional(Op* o, byte condition, Handler any, Handler registers)
    {
        o->Condition = condition;
        if (o->Form != OpForm.None || o->Width == 2) return any;
        o->Chained = 1;
        return registers;
    }

    [MethodImpl(Chain.Hot)]
    static Op* ConditionalMoveRegister(Core c, CpuState* s, Op* o)
    {
        if (Flags.Holds(s, o->Condition)) FirstRegister.Write<W32>(c, s, o, SecondRegister.Read<W32>(c, s, o));
        return Chain.Next(c, s, o);
    }

    [MethodImpl(Chain.Hot)]
    static Op* ConditionalSetRegister(Core c, CpuState* s, Op* o)
    {
        FirstRegister.Write<W8>(c, s, o, Flags.Holds(s, o->Condition) ? 1u : 0u);
        return Chain.Next(c, s, o);
    }

    static Op* ConditionalMove(Core c, CpuState* s, Op* o)
    {
        // The source is read in any case: it may fault.
        var value = Any.Second(c, s, o);
        if (Flags.Holds(s, o->Condition)) Any.SetRegister(s, o->Destination, o->Width, value);
        return o + 1;
    }

    static Op* ConditionalSet(Core c, CpuState* s, Op* o)
    {
        Any.SetFirst(c, s, o, Flags.Holds(s, o->Condition) ? 1u : 0u);
        return o + 1;
    }
}
