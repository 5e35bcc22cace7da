using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>Addition, subtraction, logic, and the decimal instructions.</summary>
// SAFETY: state and operation are what the engine passes; operands are read by IOperand's rules.
static unsafe class AluOps
{
    internal static void Register()
    {
        Add<Sum>(Mnemonic.Add);
        Add<SumWithCarry>(Mnemonic.Adc);
        Add<Difference>(Mnemonic.Sub);
        Add<DifferenceWithBorrow>(Mnemonic.Sbb);
        Add<Comparison>(Mnemonic.Cmp);
        Add<And>(Mnemonic.And);
        Add<Or>(Mnemonic.Or);
        Add<Xor>(Mnemonic.Xor);
        Add<Test>(Mnemonic.Test);
        AddUnary<Increment>(Mnemonic.Inc);
        AddUnary<Decrement>(Mnemonic.Dec);
        AddUnary<Not>(Mnemonic.Not);
        AddUnary<Negate>(Mnemonic.Neg);
        OpTable.Add(Mnemonic.Daa, (in Instruction i, Op* o, bool _) => &Daa);
        OpTable.Add(Mnemonic.Das, (in Instruction i, Op* o, bool _) => &Das);
        OpTable.Add(Mnemonic.Aaa, (in Instruction i, Op* o, bool _) => &Aaa);
        OpTable.Add(Mnemonic.Aas, (in Instruction i, Op* o, bool _) => &Aas);
        OpTable.Add(Mnemonic.Aam, (in Instruction i, Op* o, bool _) => &Aam);
        OpTable.Add(Mnemonic.Aad, (in Instruction i, Op* o, bool _) => &Aad);
    }

    static void Add<T>(Mnemonic mnemonic) where T : struct, IBinary =>
        OpTable.AddChained(mnemonic, (in Instruction i, Op* o, bool flat) => o->Width switch
        {
            1 => Forms<T, W8>(o, flat),
            2 => Forms<T, W16>(o, flat),
            _ => Forms<T, W32>(o, flat),
        });

    static Handler Forms<T, W>(Op* o, bool flat) where T : struct, IBinary where W : struct, IWidth => !flat ? Forms<T, W, SegmentedMemory>(o)
        : OpTable.HasIndex(o) ? Forms<T, W, FlatMemory>(o) : Forms<T, W, FlatBase>(o);

    static Handler Forms<T, W, TMemory>(Op* o) where T : struct, IBinary where W : struct, IWidth where TMemory : struct, IOperand => o->Form switch
    {
        OpForm.FirstIsMemory | OpForm.SecondIsImmediate => &Do<T, W, TMemory, Immediate>,
        OpForm.FirstIsMemory => &Do<T, W, TMemory, SecondRegister>,
        OpForm.SecondIsMemory => &Do<T, W, FirstRegister, TMemory>,
        OpForm.SecondIsImmediate => &Do<T, W, FirstRegister, Immediate>,
        _ => &Do<T, W, FirstRegister, SecondRegister>,
    };

    [MethodImpl(Chain.Hot)]
    static Op* Do<T, W, TTo, TFrom>(Core c, CpuState* s, Op* o)
        where T : struct, IBinary where W : struct, IWidth where TTo : struct, IOperand where TFrom : struct, IOperand
    {
        // Reading comes before any flag changes, and what cannot be written back is refused while reading.
        var b = TFrom.Read<W>(c, s, o);
        if (T.Writes)
        {
            var a = TTo.ReadForWrite<W>(c, s, o);
            var borrow = T.UsesCarry && Flags.IsCarry(s) ? 1u : 0u;
            TTo.Write<W>(c, s, o, T.Do<W>(s, a, b, borrow));
        }
        else
        {
            T.Do<W>(s, TTo.Read<W>(c, s, o), b, 0);
        }
        return Chain.Next(c, s, o);
    }

    static void AddUnary<T>(Mnemonic mnemonic) where T : struct, IUnary =>
        OpTable.AddChained(mnemonic, (in Instruction i, Op* o, bool flat) => o->Width switch
        {
            1 => UnaryForms<T, W8>(o, flat),
            2 => UnaryForms<T, W16>(o, flat),
            _ => UnaryForms<T, W32>(o, flat),
        });

    static Handler UnaryForms<T, W>(Op* o, bool flat) where T : struct, IUnary where W : struct, IWidth =>
        (o->Form & OpForm.FirstIsMemory) == 0 ? &Do<T, W, FirstRegister>
        : flat ? &Do<T, W, FlatMemory> : &Do<T, W, SegmentedMemory>;

    [MethodImpl(Chain.Hot)]
    static Op* Do<T, W, TTo>(Core c, CpuState* s, Op* o) where T : struct, IUnary where W : struct, IWidth where TTo : struct, IOperand
    {
        TTo.Write<W>(c, s, o, T.Do<W>(s, TTo.ReadForWrite<W>(c, s, o)));
        return Chain.Next(c, s, o);
    }

    internal interface IBinary
    {
        static abstract bool Writes { get; }

        static abstract bool UsesCarry { get; }

        static abstract ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth;
    }

    interface IUnary
    {
        static abstract ulong Do<W>(CpuState* s, ulong a) where W : struct, IWidth;
    }

    internal struct Sum : IBinary
    {
        public static bool Writes => true;

        public static bool UsesCarry => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth
        {
            var result = W.Cut(a + b);
            Flags.SetSum<W>(s, a, b, result);
            return result;
        }
    }

    struct SumWithCarry : IBinary
    {
        public static bool Writes => true;

        public static bool UsesCarry => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth
        {
            var result = W.Cut(a + b + carry);
            Flags.SetSum<W>(s, a, b, result);
            return result;
        }
    }

    internal struct Difference : IBinary
    {
        public static bool Writes => true;

        public static bool UsesCarry => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth
        {
            var result = W.Cut(a - b);
            Flags.SetDifference<W>(s, a, b, result);
            return result;
        }
    }

    struct DifferenceWithBorrow : IBinary
    {
        public static bool Writes => true;

        public static bool UsesCarry => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth
        {
            var result = W.Cut(a - b - carry);
            Flags.SetDifference<W>(s, a, b, result);
            return result;
        }
    }

    struct Comparison : IBinary
    {
        public static bool Writes => false;

        public static bool UsesCarry => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth => Difference.Do<W>(s, a, b, carry);
    }

    struct And : IBinary
    {
        public static bool Writes => true;

        public static bool UsesCarry => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth
        {
            Flags.SetLogic<W>(s, a & b);
            return a & b;
        }
    }

    struct Or : IBinary
    {
        public static bool Writes => true;

        public static bool UsesCarry => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth
        {
            Flags.SetLogic<W>(s, a | b);
            return a | b;
        }
    }

    struct Xor : IBinary
    {
        public static bool Writes => true;

        public static bool UsesCarry => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth
        {
            Flags.SetLogic<W>(s, a ^ b);
            return a ^ b;
        }
    }

    struct Test : IBinary
    {
        public static bool Writes => false;

        public static bool UsesCarry => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a, ulong b, ulong carry) where W : struct, IWidth => And.Do<W>(s, a, b, carry);
    }

    struct Increment : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a) where W : struct, IWidth
        {
            var carry = Flags.IsCarry(s);
            var result = Sum.Do<W>(s, a, 1, 0);
            Flags.SetCarry(s, carry);
            return result;
        }
    }

    struct Decrement : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a) where W : struct, IWidth
        {
            var carry = Flags.IsCarry(s);
            var result = Difference.Do<W>(s, a, 1, 0);
            Flags.SetCarry(s, carry);
            return result;
        }
    }

    struct Not : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a) where W : struct, IWidth => W.Cut(~a);
    }

    struct Negate : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Do<W>(CpuState* s, ulong a) where W : struct, IWidth => Difference.Do<W>(s, 0, a, 0);
    }

    static byte Al(CpuState* s) => (byte)s->Gpr[Core.Ax];

    static void SetAx(CpuState* s, int value) => *(ushort*)&s->Gpr[Core.Ax] = (ushort)value;

    /// <summary>Sets the flags of an 8-bit result, with these carries.</summary>
    static void SetDecimal(CpuState* s, byte result, bool carry, bool adjust)
    {
        Flags.SetLogic<W8>(s, result);
        var flags = Flags.Get(s);
        Flags.Set(s, flags | (carry ? Flags.Carry : 0) | (adjust ? Flags.Adjust : 0));
    }

    static Op* Daa(Core c, CpuState* s, Op* o) => Decimal(s, o, 1);

    static Op* Das(Core c, CpuState* s, Op* o) => Decimal(s, o, -1);

    static Op* Decimal(CpuState* s, Op* o, int direction)
    {
        var (old, carry, adjust) = (Al(s), Flags.IsCarry(s), Flags.IsAdjust(s));
        var result = (int)old;
        var carryOut = false;
        if ((old & 15) > 9 || adjust)
        {
            result += 6 * direction;
            carryOut = carry || result is < 0 or > 255;
            adjust = true;
        }
        if (old > 0x99 || carry)
        {
            result += 0x60 * direction;
            carryOut = true;
        }
        *(byte*)&s->Gpr[Core.Ax] = (byte)result;
        SetDecimal(s, (byte)result, carryOut, adjust);
        return o + 1;
    }

    static Op* Aaa(Core c, CpuState* s, Op* o) => Ascii(s, o, 1);

    static Op* Aas(Core c, CpuState* s, Op* o) => Ascii(s, o, -1);

    static Op* Ascii(CpuState* s, Op* o, int direction)
    {
        var adjust = (Al(s) & 15) > 9 || Flags.IsAdjust(s);
        var ax = (int)(ushort)s->Gpr[Core.Ax] + (adjust ? 0x106 * direction : 0);
        SetAx(s, ax & 0xFF0F);
        SetDecimal(s, (byte)(ax & 15), adjust, adjust);
        return o + 1;
    }

    static Op* Aam(Core c, CpuState* s, Op* o)
    {
        var divisor = (byte)o->Imm;
        if (divisor == 0) throw new GuestFault(GuestFault.Divide);
        var al = Al(s);
        SetAx(s, ((al / divisor) << 8) | (al % divisor));
        Flags.SetLogic<W8>(s, (byte)(al % divisor));
        return o + 1;
    }

    static Op* Aad(Core c, CpuState* s, Op* o)
    {
        var ax = (ushort)s->Gpr[Core.Ax];
        var result = (byte)((ax & 0xFF) + (ax >> 8) * (byte)o->Imm);
        SetAx(s, result);
        Flags.SetLogic<W8>(s, result);
        return o + 1;
    }
}
