using System.Numerics;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>Bit tests and scans, and the exchanges that locks are made of.</summary>
// SAFETY: state and operation are what the engine passes; operands are read by IOperand's rules.
static unsafe class BitOps
{
    const byte Keep = 0, SetBit = 1, ClearBit = 2, FlipBit = 3;

    internal static void Register()
    {
        AddTest(Mnemonic.Bt, Keep);
        AddTest(Mnemonic.Bts, SetBit);
        AddTest(Mnemonic.Btr, ClearBit);
        AddTest(Mnemonic.Btc, FlipBit);
        OpTable.Add(Mnemonic.Bsf, (in Instruction i, Op* o, bool _) => &ScanForward);
        OpTable.Add(Mnemonic.Bsr, (in Instruction i, Op* o, bool _) => &ScanReverse);
        // Without their feature bits these prefixes are ignored, and old processors scan.
        OpTable.Add(Mnemonic.Tzcnt, (in Instruction i, Op* o, bool _) => &ScanForward);
        OpTable.Add(Mnemonic.Lzcnt, (in Instruction i, Op* o, bool _) => &ScanReverse);
        OpTable.Add(Mnemonic.Xadd, (in Instruction i, Op* o, bool _) => o->Width switch { 1 => &ExchangeAdd<W8>, 2 => &ExchangeAdd<W16>, _ => &ExchangeAdd<W32> });
        OpTable.Add(Mnemonic.Cmpxchg, (in Instruction i, Op* o, bool _) => o->Width switch { 1 => &CompareExchange<W8>, 2 => &CompareExchange<W16>, _ => &CompareExchange<W32> });
        OpTable.Add(Mnemonic.Cmpxchg8b, (in Instruction i, Op* o, bool _) => &CompareExchange8);
    }

    static void AddTest(Mnemonic mnemonic, byte what) => OpTable.Add(mnemonic, (in Instruction i, Op* o, bool _) =>
    {
        o->Condition = what;
        return (o->Form & OpForm.SecondIsImmediate) == 0 && (o->Form & OpForm.FirstIsMemory) != 0 ? &TestFar : &Test;
    });

    static Op* Test(Core c, CpuState* s, Op* o)
    {
        var bit = (int)Any.Second(c, s, o) & (8 * o->Width - 1);
        var value = o->Condition == Keep ? Any.First(c, s, o) : Any.FirstForWrite(c, s, o);
        if (o->Condition != Keep) Any.SetFirst(c, s, o, Change(value, bit, o->Condition));
        Flags.SetCarry(s, ((value >> bit) & 1) != 0);
        return o + 1;
    }

    /// <summary>A bit's number in a register reaches beyond the operand.</summary>
    static Op* TestFar(Core c, CpuState* s, Op* o)
    {
        var number = Any.Extend(Any.Register(s, o->Source, o->Width), o->Width);
        var offset = SegmentedMemory.Offset(s, o) + (uint)((number >> (o->Width == 2 ? 4 : 5)) * o->Width);
        if (o->AddressBytes == 2) offset = (ushort)offset;
        var linear = c.Linear(o->SegmentIndex, offset, o->Width, o->Condition != Keep);
        var bit = (int)number & (8 * o->Width - 1);
        var value = o->Condition == Keep ? Access.Load(c, s, linear, o->Width) : Access.LoadForWrite(c, s, linear, o->Width);
        if (o->Condition != Keep) Access.Store(c, s, linear, o->Width, Change(value, bit, o->Condition));
        Flags.SetCarry(s, ((value >> bit) & 1) != 0);
        return o + 1;
    }

    static ulong Change(ulong value, int bit, byte what) => what switch
    {
        SetBit => value | (1UL << bit),
        ClearBit => value & ~(1UL << bit),
        _ => value ^ (1UL << bit),
    };

    static Op* ScanForward(Core c, CpuState* s, Op* o)
    {
        var value = Any.Second(c, s, o);
        if (value != 0) Any.SetRegister(s, o->Destination, o->Width, (ulong)BitOperations.TrailingZeroCount(value));
        Flags.SetZero(s, value == 0);
        return o + 1;
    }

    static Op* ScanReverse(Core c, CpuState* s, Op* o)
    {
        var value = Any.Second(c, s, o);
        if (value != 0) Any.SetRegister(s, o->Destination, o->Width, (ulong)BitOperations.Log2(value));
        Flags.SetZero(s, value == 0);
        return o + 1;
    }

    static Op* ExchangeAdd<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth
    {
        var first = Any.FirstForWrite(c, s, o);
        var second = SecondRegister.Read<W>(c, s, o);
        var sum = W.Cut(first + second);
        // To memory first, because its address may use the register; to a register last, because both may be the same one.
        if ((o->Form & OpForm.FirstIsMemory) != 0) Any.SetFirst(c, s, o, sum);
        SecondRegister.Write<W>(c, s, o, first);
        if ((o->Form & OpForm.FirstIsMemory) == 0) FirstRegister.Write<W>(c, s, o, sum);
        Flags.SetSum<W>(s, first, second, sum);
        return o + 1;
    }

    static Op* CompareExchange<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth
    {
        var value = Any.FirstForWrite(c, s, o);
        var expected = W.Load((byte*)&s->Gpr[Core.Ax]);
        Any.SetFirst(c, s, o, expected == value ? SecondRegister.Read<W>(c, s, o) : value);
        if (expected != value) W.Store((byte*)&s->Gpr[Core.Ax], value);
        Flags.SetDifference<W>(s, expected, value, W.Cut(expected - value));
        return o + 1;
    }

    static Op* CompareExchange8(Core c, CpuState* s, Op* o)
    {
        var linear = Any.Address(c, s, o, 8, write: true);
        var value = c.Mmu.SlowLoadForWrite(linear, 8);
        var expected = c.Get32(Core.Ax) | ((ulong)c.Get32(Core.Dx) << 32);
        var equal = value == expected;
        c.Mmu.SlowStore(linear, 8, equal ? c.Get32(Core.Bx) | ((ulong)c.Get32(Core.Cx) << 32) : value);
        if (!equal)
        {
            c.Set32(Core.Ax, (uint)value);
            c.Set32(Core.Dx, (uint)(value >> 32));
        }
        Flags.SetZero(s, equal);
        return o + 1;
    }
}
