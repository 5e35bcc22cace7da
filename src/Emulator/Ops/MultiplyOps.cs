using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>MUL, IMUL, DIV, IDIV.</summary>
// SAFETY: state and operation are what the engine passes; operands are read by IOperand's rules.
static unsafe class MultiplyOps
{
    internal static void Register()
    {
        OpTable.Add(Mnemonic.Mul, (in Instruction i, Op* o, bool _) => &Multiply);
        OpTable.Add(Mnemonic.Imul, BindSigned);
        OpTable.Add(Mnemonic.Div, (in Instruction i, Op* o, bool _) => &Divide);
        OpTable.Add(Mnemonic.Idiv, (in Instruction i, Op* o, bool _) => &DivideSigned);
    }

    static Handler BindSigned(in Instruction i, Op* o, bool flat)
    {
        if (i.OpCount == 1) return &MultiplySigned;
        if (o->Width != 4 || (o->Form == OpForm.SecondIsMemory && !flat)) return i.OpCount == 2 ? &MultiplyTwo : &MultiplyThree;
        o->Chained = 1;
        var memory = (o->Form & OpForm.SecondIsMemory) != 0;
        return i.OpCount == 2
            ? memory ? &MultiplyChained<FirstRegister, FlatMemory> : &MultiplyChained<FirstRegister, SecondRegister>
            : memory ? &MultiplyChained<FlatMemory, Immediate> : &MultiplyChained<SecondRegister, Immediate>;
    }

    [MethodImpl(Chain.Hot)]
    static Op* MultiplyChained<TOne, TOther>(Core c, CpuState* s, Op* o) where TOne : struct, IOperand where TOther : struct, IOperand
    {
        var product = (long)(int)TOne.Read<W32>(c, s, o) * (int)TOther.Read<W32>(c, s, o);
        FirstRegister.Write<W32>(c, s, o, (ulong)product);
        var overflow = (int)product != product;
        Flags.SetResult<W32>(s, (uint)product, overflow, overflow);
        return Chain.Next(c, s, o);
    }

    /// <summary>Puts a double result into AX, DX:AX or EDX:EAX.</summary>
    static void SetWide(CpuState* s, int bytes, ulong low, ulong high)
    {
        if (bytes == 1)
        {
            *(ushort*)&s->Gpr[Core.Ax] = (ushort)((low & 0xFF) | (high << 8));
            return;
        }
        Any.SetRegister(s, Core.Ax * 8, bytes, low);
        Any.SetRegister(s, Core.Dx * 8, bytes, high);
    }

    static void SetFlags(CpuState* s, int bytes, ulong low, bool overflow)
    {
        // Sign, zero and parity are undefined; this is what the low half would give.
        switch (bytes)
        {
            case 1: Flags.SetResult<W8>(s, low, overflow, overflow); break;
            case 2: Flags.SetResult<W16>(s, low, overflow, overflow); break;
            default: Flags.SetResult<W32>(s, low, overflow, overflow); break;
        }
    }

    static Op* Multiply(Core c, CpuState* s, Op* o)
    {
        var product = Any.First(c, s, o) * Any.Register(s, Core.Ax * 8, o->Width);
        var (low, high) = (product & Any.Mask(o->Width), product >> (8 * o->Width));
        SetWide(s, o->Width, low, high);
        SetFlags(s, o->Width, low, high != 0);
        return o + 1;
    }

    static Op* MultiplySigned(Core c, CpuState* s, Op* o)
    {
        var product = Any.Extend(Any.First(c, s, o), o->Width) * Any.Extend(Any.Register(s, Core.Ax * 8, o->Width), o->Width);
        SetWide(s, o->Width, (ulong)product & Any.Mask(o->Width), (ulong)(product >> (8 * o->Width)));
        SetFlags(s, o->Width, (ulong)product & Any.Mask(o->Width), Any.Extend((ulong)product, o->Width) != product);
        return o + 1;
    }

    static Op* MultiplyTwo(Core c, CpuState* s, Op* o) => MultiplyInto(s, o, Any.Register(s, o->Destination, o->Width), Any.Second(c, s, o));

    static Op* MultiplyThree(Core c, CpuState* s, Op* o)
    {
        // The constant shares its place with that of two-operand instructions: only the form's memory bit counts here.
        var value = (o->Form & OpForm.SecondIsMemory) != 0
            ? Access.Load(c, s, Any.Address(c, s, o, o->Width, write: false), o->Width)
            : Any.Register(s, o->Source, o->Width);
        return MultiplyInto(s, o, value, o->Imm);
    }

    static Op* MultiplyInto(CpuState* s, Op* o, ulong a, ulong b)
    {
        var product = Any.Extend(a, o->Width) * Any.Extend(b, o->Width);
        Any.SetRegister(s, o->Destination, o->Width, (ulong)product);
        SetFlags(s, o->Width, (ulong)product & Any.Mask(o->Width), Any.Extend((ulong)product, o->Width) != product);
        return o + 1;
    }

    static ulong Dividend(CpuState* s, int bytes) => bytes == 1
        ? (ushort)s->Gpr[Core.Ax]
        : Any.Register(s, Core.Ax * 8, bytes) | (Any.Register(s, Core.Dx * 8, bytes) << (8 * bytes));

    static Op* Divide(Core c, CpuState* s, Op* o)
    {
        var divisor = Any.First(c, s, o);
        if (o->Width == 4 && (uint)s->Gpr[Core.Dx] == 0 && divisor != 0)
        {
            // As most programs divide; and the host divides 32 bits in a third of the time.
            var (value, by) = ((uint)s->Gpr[Core.Ax], (uint)divisor);
            var quotient = value / by;
            (s->Gpr[Core.Ax], s->Gpr[Core.Dx]) = (quotient, value - quotient * by);
            return o + 1;
        }
        var dividend = Dividend(s, o->Width);
        if (divisor == 0 || dividend / divisor > Any.Mask(o->Width)) throw new GuestFault(GuestFault.Divide);
        SetWide(s, o->Width, dividend / divisor, dividend % divisor);
        return o + 1;
    }

    static Op* DivideSigned(Core c, CpuState* s, Op* o)
    {
        var divisor = Any.Extend(Any.First(c, s, o), o->Width);
        var dividend = Any.Extend(Dividend(s, o->Width), 2 * o->Width);
        if (divisor == 0 || (divisor == -1 && dividend == long.MinValue)) throw new GuestFault(GuestFault.Divide);
        var quotient = dividend / divisor;
        if (Any.Extend((ulong)quotient, o->Width) != quotient) throw new GuestFault(GuestFault.Divide);
        SetWide(s, o->Width, (ulong)quotient, (ulong)(dividend % divisor));
        return o + 1;
    }
}
