using System.Runtime.CompilerServices;

namespace RemoteChain.Emulator.Ops;

/// <summary>A condition of Jcc as a type, so that each is compiled to the few instructions that it needs.</summary>
// SAFETY: only fields of the state that is passed in.
unsafe interface ICondition
{
    static abstract bool Holds(CpuState* s);

    /// <summary>The condition after a comparison of two values of a width, without looking at the flags.</summary>
    static abstract bool Compares<W>(ulong a, ulong b) where W : struct, IWidth;
}

/// <summary>The opposite of a condition.</summary>
// SAFETY: as the interface says.
unsafe struct Not<T> : ICondition where T : struct, ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => !T.Holds(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => !T.Compares<W>(a, b);
}

/// <summary>Signed overflow.</summary>
// SAFETY: as the interface says.
unsafe struct Overflow : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsOverflow(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => (long)W.Extend(a) - (long)W.Extend(b) != (long)W.Extend(W.Cut(a - b));
}

/// <summary>Unsigned less.</summary>
// SAFETY: as the interface says.
unsafe struct Below : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsCarry(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => a < b;
}

/// <summary>Zero, or equal.</summary>
// SAFETY: as the interface says.
unsafe struct Equal : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsZero(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => a == b;
}

/// <summary>Unsigned less or equal.</summary>
// SAFETY: as the interface says.
unsafe struct BelowOrEqual : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsCarry(s) || Flags.IsZero(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => a <= b;
}

/// <summary>Sign of the result.</summary>
// SAFETY: as the interface says.
unsafe struct Negative : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsSign(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => (long)W.Extend(W.Cut(a - b)) < 0;
}

/// <summary>Parity of the result's low byte.</summary>
// SAFETY: as the interface says.
unsafe struct Even : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsParity(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => (System.Numerics.BitOperations.PopCount((byte)(a - b)) & 1) == 0;
}

/// <summary>Signed less.</summary>
// SAFETY: as the interface says.
unsafe struct Less : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsSign(s) != Flags.IsOverflow(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => (long)W.Extend(a) < (long)W.Extend(b);
}

/// <summary>Signed less or equal.</summary>
// SAFETY: as the interface says.
unsafe struct LessOrEqual : ICondition
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Holds(CpuState* s) => Flags.IsZero(s) || Flags.IsSign(s) != Flags.IsOverflow(s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Compares<W>(ulong a, ulong b) where W : struct, IWidth => (long)W.Extend(a) <= (long)W.Extend(b);
}
