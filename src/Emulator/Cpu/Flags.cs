using System.Numerics;
using System.Runtime.CompilerServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>Arithmetic flags, computed when somebody asks. <see cref="CpuState.FlagResult"/> holds the last result extended with its sign;
/// <see cref="CpuState.FlagCarries"/> holds the carry out of the highest bit (bit 31), the carry into it (bit 30), the carry out of bit 3
/// (bit 3), and two corrections for results that no arithmetic gives: bit 0 inverts the sign, bit 1 the parity.</summary>
// SAFETY: only fields of the state that is passed in.
static unsafe class Flags
{
    internal const uint Carry = 1, Parity = 4, Adjust = 16, Zero = 64, Sign = 128, Trap = 1 << 8, Interrupt = 1 << 9, Direction = 1 << 10;
    internal const uint Overflow = 1 << 11, PrivilegeMask = 3 << 12, NestedTask = 1 << 14, Resume = 1 << 16, Virtual = 1 << 17;
    internal const uint AlignmentCheck = 1 << 18, Identification = 1 << 21;
    internal const uint Arithmetic = Carry | Parity | Adjust | Zero | Sign | Overflow;
    internal const uint Known = Arithmetic | Trap | Interrupt | Direction | PrivilegeMask | NestedTask | Resume | Virtual | AlignmentCheck
        | Identification;

    const uint CarryOut = 1u << 31, CarryIn = 1u << 30, SignInverted = 1, ParityInverted = 2, HalfCarry = 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsCarry(CpuState* s) => (int)s->FlagCarries < 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsOverflow(CpuState* s) => (int)(s->FlagCarries ^ (s->FlagCarries << 1)) < 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsZero(CpuState* s) => s->FlagResult == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsSign(CpuState* s) => (((uint)(s->FlagResult >> 63) ^ s->FlagCarries) & 1) != 0;

    internal static bool IsParity(CpuState* s) => ((BitOperations.PopCount((byte)s->FlagResult) ^ (s->FlagCarries >> 1)) & 1) == 0;

    internal static bool IsAdjust(CpuState* s) => (s->FlagCarries & HalfCarry) != 0;

    /// <summary>Condition codes as the instruction set numbers them (SDM volume 1, appendix B).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Holds(CpuState* s, int condition)
    {
        var holds = (condition >> 1) switch
        {
            0 => IsOverflow(s),
            1 => IsCarry(s),
            2 => IsZero(s),
            3 => IsCarry(s) || IsZero(s),
            4 => IsSign(s),
            5 => IsParity(s),
            6 => IsSign(s) != IsOverflow(s),
            _ => IsZero(s) || IsSign(s) != IsOverflow(s),
        };
        return holds != ((condition & 1) != 0);
    }

    /// <summary>Result of a logical operation: no carry, no overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SetLogic<W>(CpuState* s, ulong result) where W : struct, Ops.IWidth
    {
        s->FlagResult = W.Extend(result);
        s->FlagCarries = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SetSum<W>(CpuState* s, ulong a, ulong b, ulong result) where W : struct, Ops.IWidth
    {
        s->FlagResult = W.Extend(result);
        s->FlagCarries = W.Carries((a & b) | ((a | b) & ~result));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SetDifference<W>(CpuState* s, ulong a, ulong b, ulong result) where W : struct, Ops.IWidth
    {
        s->FlagResult = W.Extend(result);
        s->FlagCarries = W.Carries((~a & b) | ((~a | b) & result));
    }

    /// <summary>A result whose carry and overflow come from elsewhere (shifts, multiplications).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SetResult<W>(CpuState* s, ulong result, bool carry, bool overflow) where W : struct, Ops.IWidth
    {
        s->FlagResult = W.Extend(result);
        s->FlagCarries = CarryBits(carry, overflow);
    }

    /// <summary>Changes carry and overflow and leaves the others.</summary>
    internal static void SetCarryAndOverflow(CpuState* s, bool carry, bool overflow) =>
        s->FlagCarries = (s->FlagCarries & ~(CarryOut | CarryIn)) | CarryBits(carry, overflow);

    /// <summary>Changes carry and leaves the others.</summary>
    internal static void SetCarry(CpuState* s, bool carry) => SetCarryAndOverflow(s, carry, IsOverflow(s));

    internal static void SetZero(CpuState* s, bool zero) => Set(s, zero ? Get(s) | Zero : Get(s) & ~Zero);

    /// <summary>EFLAGS as PUSHF shows them.</summary>
    internal static uint Get(CpuState* s) => s->SystemFlags | 2 | (IsCarry(s) ? Carry : 0) | (IsParity(s) ? Parity : 0)
        | (IsAdjust(s) ? Adjust : 0) | (IsZero(s) ? Zero : 0) | (IsSign(s) ? Sign : 0) | (IsOverflow(s) ? Overflow : 0);

    /// <summary>Takes all of EFLAGS over; who may change what is the caller's matter.</summary>
    internal static void Set(CpuState* s, uint value)
    {
        s->SystemFlags = value & Known & ~Arithmetic;
        s->FlagResult = (value & Zero) != 0 ? 0u : 1u;
        var parityNow = (value & Zero) != 0;
        s->FlagCarries = CarryBits((value & Carry) != 0, (value & Overflow) != 0) | ((value & Adjust) != 0 ? HalfCarry : 0)
            | ((value & Sign) != 0 ? SignInverted : 0) | ((value & Parity) != 0 != parityNow ? ParityInverted : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint CarryBits(bool carry, bool overflow) => (carry ? CarryOut : 0) | (carry != overflow ? CarryIn : 0);
}
