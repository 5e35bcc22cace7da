using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>Shifts and rotates. A count of zero leaves every flag alone.</summary>
// SAFETY: state and operation are what the engine passes; operands are read by IOperand's rules.
static unsafe class ShiftOps
{
    internal static void Register()
    {
        Add<Left>(Mnemonic.Shl);
        Add<Left>(Mnemonic.Sal);
        Add<Right>(Mnemonic.Shr);
        Add<Arithmetic>(Mnemonic.Sar);
        Add<RotateLeft>(Mnemonic.Rol);
        Add<RotateRight>(Mnemonic.Ror);
        Add<CarryLeft>(Mnemonic.Rcl);
        Add<CarryRight>(Mnemonic.Rcr);
        OpTable.Add(Mnemonic.Shld, (in Instruction i, Op* o, bool _) => BindDouble(i, o, 0));
        OpTable.Add(Mnemonic.Shrd, (in Instruction i, Op* o, bool _) => BindDouble(i, o, 1));
    }

    static void Add<T>(Mnemonic mnemonic) where T : struct, IShift =>
        OpTable.AddChained(mnemonic, (in Instruction i, Op* o, bool flat) =>
        {
            if ((o->Form & OpForm.SecondIsImmediate) != 0) o->Imm &= 31;
            return o->Width switch { 1 => Forms<T, W8>(o, flat), 2 => Forms<T, W16>(o, flat), _ => Forms<T, W32>(o, flat) };
        });

    static Handler Forms<T, W>(Op* o, bool flat) where T : struct, IShift where W : struct, IWidth => o->Form switch
    {
        OpForm.FirstIsMemory | OpForm.SecondIsImmediate => flat ? &Do<T, W, FlatMemory, Immediate> : &Do<T, W, SegmentedMemory, Immediate>,
        OpForm.FirstIsMemory => flat ? &Do<T, W, FlatMemory, SecondRegister> : &Do<T, W, SegmentedMemory, SecondRegister>,
        OpForm.SecondIsImmediate => &Do<T, W, FirstRegister, Immediate>,
        _ => &Do<T, W, FirstRegister, SecondRegister>,
    };

    [MethodImpl(Chain.Hot)]
    static Op* Do<T, W, TTo, TCount>(Core c, CpuState* s, Op* o)
        where T : struct, IShift where W : struct, IWidth where TTo : struct, IOperand where TCount : struct, IOperand
    {
        var count = (int)TCount.Read<W8>(c, s, o) & 31;
        var value = TTo.ReadForWrite<W>(c, s, o);
        if (count != 0) TTo.Write<W>(c, s, o, T.Do<W>(s, value, count));
        return Chain.Next(c, s, o);
    }

    interface IShift
    {
        /// <summary>A count from 1 to 31.</summary>
        static abstract ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool Bit(ulong value, int bit) => ((value >> bit) & 1) != 0;

    struct Left : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth
        {
            var bits = 8 * W.Bytes;
            var result = W.Cut(a << count);
            var carry = Bit(a << count, bits);
            Flags.SetResult<W>(s, result, carry, carry != Bit(result, bits - 1));
            return result;
        }
    }

    struct Right : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth
        {
            var result = a >> count;
            Flags.SetResult<W>(s, result, Bit(a, count - 1), Bit(a, 8 * W.Bytes - 1));
            return result;
        }
    }

    struct Arithmetic : IShift
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth
        {
            var wide = (long)W.Extend(a);
            var result = W.Cut((ulong)(wide >> count));
            Flags.SetResult<W>(s, result, Bit((ulong)wide, count - 1), false);
            return result;
        }
    }

    struct RotateLeft : IShift
    {
        public static ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth
        {
            var bits = 8 * W.Bytes;
            var part = count % bits;
            var result = part == 0 ? a : W.Cut((a << part) | (a >> (bits - part)));
            Flags.SetCarryAndOverflow(s, Bit(result, 0), Bit(result, 0) != Bit(result, bits - 1));
            return result;
        }
    }

    struct RotateRight : IShift
    {
        public static ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth
        {
            var bits = 8 * W.Bytes;
            var part = count % bits;
            var result = part == 0 ? a : W.Cut((a >> part) | (a << (bits - part)));
            Flags.SetCarryAndOverflow(s, Bit(result, bits - 1), Bit(result, bits - 1) != Bit(result, bits - 2));
            return result;
        }
    }

    struct CarryLeft : IShift
    {
        public static ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth
        {
            var bits = 8 * W.Bytes;
            var part = count % (bits + 1);
            if (part == 0) return a;
            // The value with the carry above it, turned as one.
            var wide = (UInt128)a | (Flags.IsCarry(s) ? UInt128.One << bits : 0);
            var turned = (wide << part) | (wide >> (bits + 1 - part));
            var result = W.Cut((ulong)turned);
            var carry = ((turned >> bits) & 1) != 0;
            Flags.SetCarryAndOverflow(s, carry, carry != Bit(result, bits - 1));
            return result;
        }
    }

    struct CarryRight : IShift
    {
        public static ulong Do<W>(CpuState* s, ulong a, int count) where W : struct, IWidth
        {
            var bits = 8 * W.Bytes;
            var part = count % (bits + 1);
            if (part == 0) return a;
            var wide = (UInt128)a | (Flags.IsCarry(s) ? UInt128.One << bits : 0);
            var turned = (wide >> part) | (wide << (bits + 1 - part));
            var result = W.Cut((ulong)turned);
            Flags.SetCarryAndOverflow(s, ((turned >> bits) & 1) != 0, Bit(result, bits - 1) != Bit(result, bits - 2));
            return result;
        }
    }

    static Handler BindDouble(in Instruction i, Op* o, byte right)
    {
        o->Condition = right;
        if (i.Op2Kind != OpKind.Register)
        {
            o->Imm = i.GetImmediate(2) & 31;
            return o->Width == 2 ? &DoubleByConstant<W16> : &DoubleByConstant<W32>;
        }
        return o->Width == 2 ? &DoubleByRegister<W16> : &DoubleByRegister<W32>;
    }

    static Op* DoubleByConstant<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => Double<W>(c, s, o, (int)o->Imm);

    static Op* DoubleByRegister<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => Double<W>(c, s, o, (int)s->Gpr[Core.Cx] & 31);

    static Op* Double<W>(Core c, CpuState* s, Op* o, int count) where W : struct, IWidth
    {
        var bits = 8 * W.Bytes;
        var first = Any.FirstForWrite(c, s, o);
        if (count == 0) return o + 1;
        var second = SecondRegister.Read<W>(c, s, o);
        // A count above 16 with 16-bit operands is undefined; as processors do it, the first operand follows again.
        ulong result;
        bool carry;
        if (o->Condition == 0)
        {
            var wide = ((UInt128)first << (2 * bits)) | ((UInt128)second << bits) | first;
            result = W.Cut((ulong)(wide >> (2 * bits - count)));
            carry = ((wide >> (3 * bits - count)) & 1) != 0;
        }
        else
        {
            var wide = ((UInt128)first << (2 * bits)) | ((UInt128)second << bits) | first;
            result = W.Cut((ulong)(wide >> count));
            carry = ((wide >> (count - 1)) & 1) != 0;
        }
        Any.SetFirst(c, s, o, result);
        Flags.SetResult<W>(s, result, carry, Bit(result, bits - 1) != Bit(first, bits - 1));
        return o + 1;
    }
}
