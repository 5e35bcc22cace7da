using System.Runtime.CompilerServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>CMP or TEST with the conditional jump behind it, done as one: every sixth instruction of ordinary code is such a pair. The jump's own operation
/// stays behind, with its links.</summary>
// SAFETY: state and operations are what the engine passes; a fused operation is followed by its jump, in the same block.
static unsafe class FusedOps
{
    /// <summary>Fuses the operation before a jump with it, if both are of the right kind.</summary>
    /// <param name="first">The instruction before the jump.</param>
    /// <param name="o">Its operation; the jump's is behind it.</param>
    /// <param name="mode">Mode bits of the block.</param>
    internal static void TryFuse(in Instruction first, Op* o, ulong mode)
    {
        if (first.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test) || o->Width is not (1 or 4) || !JumpOps.IsConditional(o + 1)) return;
        // With segments to check the pair is rare enough.
        if ((o->Form & (OpForm.FirstIsMemory | OpForm.SecondIsMemory)) != 0 && !OpTable.IsFlat(o, mode)) return;
        var fused = first.Mnemonic == Mnemonic.Cmp ? ByCondition<Compared>(o) : ByCondition<Tested>(o);
        if (fused != null) o->Run = fused;
    }

    static Handler ByCondition<T>(Op* o) where T : struct, IPair => o[1].Condition switch
    {
        2 => ByWidth<T, Below>(o), 3 => ByWidth<T, Not<Below>>(o), 4 => ByWidth<T, Equal>(o), 5 => ByWidth<T, Not<Equal>>(o),
        6 => ByWidth<T, BelowOrEqual>(o), 7 => ByWidth<T, Not<BelowOrEqual>>(o), 8 => ByWidth<T, Negative>(o), 9 => ByWidth<T, Not<Negative>>(o),
        12 => ByWidth<T, Less>(o), 13 => ByWidth<T, Not<Less>>(o), 14 => ByWidth<T, LessOrEqual>(o), 15 => ByWidth<T, Not<LessOrEqual>>(o),
        _ => null,
    };

    static Handler ByWidth<T, C>(Op* o) where T : struct, IPair where C : struct, ICondition =>
        o->Width == 1 ? ByForm<T, C, W8>(o) : ByForm<T, C, W32>(o);

    static Handler ByForm<T, C, W>(Op* o) where T : struct, IPair where C : struct, ICondition where W : struct, IWidth =>
        OpTable.HasIndex(o) ? ByForm<T, C, W, FlatMemory>(o) : ByForm<T, C, W, FlatBase>(o);

    static Handler ByForm<T, C, W, TMemory>(Op* o)
        where T : struct, IPair where C : struct, ICondition where W : struct, IWidth where TMemory : struct, IOperand => o->Form switch
    {
        OpForm.FirstIsMemory | OpForm.SecondIsImmediate => &Do<T, C, W, TMemory, Immediate>,
        OpForm.FirstIsMemory => &Do<T, C, W, TMemory, SecondRegister>,
        OpForm.SecondIsMemory => &Do<T, C, W, FirstRegister, TMemory>,
        OpForm.SecondIsImmediate => &Do<T, C, W, FirstRegister, Immediate>,
        _ => &Do<T, C, W, FirstRegister, SecondRegister>,
    };

    [MethodImpl(Chain.Hot)]
    static Op* Do<T, C, W, TTo, TFrom>(Core c, CpuState* s, Op* o)
        where T : struct, IPair where C : struct, ICondition where W : struct, IWidth where TTo : struct, IOperand where TFrom : struct, IOperand
    {
        var b = TFrom.Read<W>(c, s, o);
        var a = TTo.Read<W>(c, s, o);
        return T.Holds<C, W>(s, a, b) ? JumpOps.To(c, s, o + 1, (uint)o[1].Imm, ref o[1].Link) : JumpOps.On(s, o + 1);
    }

    interface IPair
    {
        /// <summary>Sets the flags and says whether the condition holds.</summary>
        static abstract bool Holds<C, W>(CpuState* s, ulong a, ulong b) where C : struct, ICondition where W : struct, IWidth;
    }

    struct Compared : IPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds<C, W>(CpuState* s, ulong a, ulong b) where C : struct, ICondition where W : struct, IWidth
        {
            Flags.SetDifference<W>(s, a, b, W.Cut(a - b));
            return C.Compares<W>(a, b);
        }
    }

    struct Tested : IPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Holds<C, W>(CpuState* s, ulong a, ulong b) where C : struct, ICondition where W : struct, IWidth
        {
            // Without carry and overflow, every condition is one of the result against zero.
            Flags.SetLogic<W>(s, a & b);
            return C.Compares<W>(a & b, 0);
        }
    }
}
