using Iced.Intel;

namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>What two runs of one case must have in common, and what the manual leaves open.</summary>
static unsafe class CaseComparison
{
    const uint Overflow = 0x800, Sign = 0x80, Zero = 0x40, Adjust = 0x10, Parity = 4, Carry = 1, Arithmetic = 0x8D5, Resume = 1 << 16;
    const uint PageFault = 14, Breakpoint = 3, StackFault = 12, Protection = 13, Alignment = 17, SimdFloat = 19;

    /// <summary>Flags that the manual does not define; for shifts see <see cref="UndefinedOfShift"/>.</summary>
    static readonly Dictionary<Mnemonic, uint> s_undefined = new()
    {
        [Mnemonic.And] = Adjust, [Mnemonic.Or] = Adjust, [Mnemonic.Xor] = Adjust, [Mnemonic.Test] = Adjust,
        [Mnemonic.Mul] = Sign | Zero | Adjust | Parity, [Mnemonic.Imul] = Sign | Zero | Adjust | Parity,
        [Mnemonic.Div] = Arithmetic, [Mnemonic.Idiv] = Arithmetic,
        [Mnemonic.Bt] = Overflow | Sign | Adjust | Parity, [Mnemonic.Bts] = Overflow | Sign | Adjust | Parity,
        [Mnemonic.Btr] = Overflow | Sign | Adjust | Parity, [Mnemonic.Btc] = Overflow | Sign | Adjust | Parity,
        [Mnemonic.Bsf] = Arithmetic & ~Zero, [Mnemonic.Bsr] = Arithmetic & ~Zero,
        [Mnemonic.Daa] = Overflow, [Mnemonic.Das] = Overflow, [Mnemonic.Aaa] = Overflow | Sign | Zero | Parity, [Mnemonic.Aas] = Overflow | Sign | Zero | Parity,
        [Mnemonic.Aam] = Overflow | Adjust | Carry, [Mnemonic.Aad] = Overflow | Adjust | Carry,
    };

    /// <summary>What differs, or null.</summary>
    /// <param name="i">The instruction.</param>
    /// <param name="start">What both started from.</param>
    /// <param name="host">What the processor made of it.</param>
    /// <param name="guest">What the emulator did.</param>
    /// <param name="drifted">The windows were not equal before.</param>
    // SAFETY: all three are whole slots.
    internal static string? Difference(in Instruction i, CaseSlot* start, CaseSlot* host, CaseSlot* guest, bool drifted)
    {
        if (host->Trap == PageFault && (IsOwnMemory(host->Address) || i.Mnemonic is Mnemonic.Fldenv or Mnemonic.Frstor)) return null;
        if (guest->Trap == PageFault && IsOwnMemory(guest->Address)) return null;
        // The kernel's table has descriptors that the guest's has not.
        if (guest->Trap == Protection && host->Trap == Breakpoint && guest->Error is >= 0x28 and < 0x80 && (guest->Error & 4) == 0) return null;
        // Unmasked, an overflow or underflow is found without looking whether the result is exact; the emulator learns of it from a run that masks it.
        if (host->Trap == SimdFloat && guest->Trap is Breakpoint or SimdFloat && (*(uint*)(start->Float + 24) & 0xC00) != 0xC00) return null;
        // One maker's processors have a bit in MXCSR that the other's refuse.
        if (i.Mnemonic == Mnemonic.Ldmxcsr && (*(uint*)(host->Float + 24) & 0x2_0000) != 0) return null;
        // It reads two places, and the manual does not say which one is looked at first.
        if (i.Mnemonic is Mnemonic.Cmpsb or Mnemonic.Cmpsw or Mnemonic.Cmpsd && IsOfMemory(host->Trap) && IsOfMemory(guest->Trap)
            && (host->Trap, host->Address) != (guest->Trap, guest->Address)) return null;
        if (host->Trap != guest->Trap) return $"trap {guest->Trap} ({guest->Error:x}, at {guest->Ip:x}, address {guest->Address:x}), the host has {host->Trap} ({host->Error:x}, at {host->Ip:x}, address {host->Address:x})";
        if (host->Error != guest->Error) return $"trap {host->Trap} with code {guest->Error:x}, the host has {host->Error:x}";
        if (host->Trap == PageFault && host->Address != guest->Address) return $"page fault at {guest->Address:x}, the host has {host->Address:x}";
        if (IsUndefined(i, start) || (host->Trap != Breakpoint && s_halfDone.Contains(i.Mnemonic))) return null;
        for (var n = 0; n < 8; n++)
            if (host->Gpr[n] != guest->Gpr[n]) return $"register {n} is {guest->Gpr[n]:x}, the host has {host->Gpr[n]:x}";
        if (host->Ip != guest->Ip) return $"ends at {guest->Ip:x}, the host at {host->Ip:x}";
        var mask = ~Resume & ~(host->Ip != start->Ip || i.IsStringInstruction ? Undefined(i, start) : 0);
        if (((host->Flags ^ guest->Flags) & mask) != 0) return $"flags {guest->Flags:x}, the host has {host->Flags:x} (mask {mask:x})";
        if (Seen(host->Es) != Seen(guest->Es) || host->Cs != guest->Cs || host->Ss != guest->Ss || Seen(host->Ds) != Seen(guest->Ds) || Seen(host->Fs) != Seen(guest->Fs)
            || Seen(host->Gs) != Seen(guest->Gs))
            return $"segments {guest->Es:x} {guest->Cs:x} {guest->Ss:x} {guest->Ds:x} {guest->Fs:x} {guest->Gs:x}, "
                + $"the host has {host->Es:x} {host->Cs:x} {host->Ss:x} {host->Ds:x} {host->Fs:x} {host->Gs:x}";
        Span<byte> mine = new(guest->Memory, CaseSlot.MemoryBytes), theirs = new(host->Memory, CaseSlot.MemoryBytes);
        var at = mine.CommonPrefixLength(theirs);
        if (at != mine.Length) return $"memory differs at {at}: {mine[at]:x}, the host has {theirs[at]:x}";
        if (!drifted && host->Change != guest->Change) return $"the window outside changes by {guest->Change:x}, on the host by {host->Change:x}";
        return FloatDifference(new(guest->Float, CaseSlot.FloatBytes), new(host->Float, CaseSlot.FloatBytes));
    }

    static bool IsOfMemory(uint trap) => trap is StackFault or Protection or PageFault or Alignment;

    // A null selector's last bits are lost when the kernel returns to the process (IRET to another privilege level).
    static uint Seen(uint selector) => selector < 4 ? 0 : selector;

    /// <summary>Control, status, tags, MXCSR, then the registers; addresses of the last instruction are never shown to a guest.</summary>
    static string? FloatDifference(ReadOnlySpan<byte> mine, ReadOnlySpan<byte> theirs)
    {
        if (!mine[..5].SequenceEqual(theirs[..5])) return $"x87 control, status, tags {Convert.ToHexString(mine[..5])}, the host has {Convert.ToHexString(theirs[..5])}";
        if (!mine[24..28].SequenceEqual(theirs[24..28])) return $"MXCSR {Convert.ToHexString(mine[24..28])}, the host has {Convert.ToHexString(theirs[24..28])}";
        for (var n = 0; n < 8; n++)
        {
            var at = 32 + 16 * n;
            if (!mine.Slice(at, 10).SequenceEqual(theirs.Slice(at, 10)))
                return $"ST{n} {Convert.ToHexString(mine.Slice(at, 10))}, the host has {Convert.ToHexString(theirs.Slice(at, 10))}";
            at = 160 + 16 * n;
            if (!mine.Slice(at, 16).SequenceEqual(theirs.Slice(at, 16)))
                return $"XMM{n} {Convert.ToHexString(mine.Slice(at, 16))}, the host has {Convert.ToHexString(theirs.Slice(at, 16))}";
        }
        return null;
    }

    /// <summary>Instructions that leave traces of themselves when they fault, on the processors that were seen: registers already popped, words already
    /// pushed below the stack, MMX state.</summary>
    static readonly HashSet<Mnemonic> s_halfDone = [Mnemonic.Popa, Mnemonic.Popad, Mnemonic.Pusha, Mnemonic.Pushad, Mnemonic.Call, Mnemonic.Maskmovq,
        Mnemonic.Cvtps2pi, Mnemonic.Cvttps2pi, Mnemonic.Cvtpd2pi, Mnemonic.Cvttpd2pi, Mnemonic.Cvtpi2ps];

    /// <summary>Where one side has memory of its own: the guest's kernel, the host process's program, stack and shared file; and the last bytes of all, behind
    /// which processors may do as they like.</summary>
    static bool IsOwnMemory(uint address) => address is >= 0xC000_0000 or (>= CaseLayout.Program and < CaseLayout.ProgramEnd);

    /// <summary>Not even the result is defined: a double shift by more than its operand has bits, BSWAP of half a register.</summary>
    static bool IsUndefined(in Instruction i, CaseSlot* start) => i.Mnemonic switch
    {
        Mnemonic.Shld or Mnemonic.Shrd => i.Op1Register.GetSize() == 2 && Count(i, start, 2) > 16,
        Mnemonic.Bswap => i.Op0Register.GetSize() == 2,
        _ => false,
    };

    static int Count(in Instruction i, CaseSlot* start, int operand) => (int)(i.GetOpKind(operand) == OpKind.Register ? start->Gpr[1] : i.GetImmediate(operand)) & 31;

    static uint Undefined(in Instruction i, CaseSlot* start) => i.Mnemonic is Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Rol or Mnemonic.Ror
        or Mnemonic.Rcl or Mnemonic.Rcr or Mnemonic.Shld or Mnemonic.Shrd ? UndefinedOfShift(i, start) : s_undefined.GetValueOrDefault(i.Mnemonic);

    static uint UndefinedOfShift(in Instruction i, CaseSlot* start)
    {
        var count = Count(i, start, i.OpCount - 1);
        if (count == 0) return 0;
        var rotates = i.Mnemonic is Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr;
        var undefined = rotates ? 0 : Adjust;
        var bits = 8 * (i.Op0Kind == OpKind.Memory ? i.MemorySize.GetSize() : i.Op0Register.GetSize());
        if (count != 1) undefined |= Overflow;
        // Beyond the operand's width the carry of a shift is undefined.
        if (count >= bits && i.Mnemonic is Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr) undefined |= Carry;
        if (count >= bits && i.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd) undefined |= Arithmetic;
        return undefined;
    }
}
