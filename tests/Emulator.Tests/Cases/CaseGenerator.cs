using Iced.Intel;

namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>Makes cases from a seed: prefixes and an opcode drawn at random, then operands, segments and memory chosen so that most of them lead
/// somewhere, many over the end of a page and some to where they may not.</summary>
sealed unsafe partial class CaseGenerator
{
    const uint CarryFlag = 1, Arithmetic = 0x8D5, DirectionFlag = 0x400, AlignmentFlag = 1 << 18;

    static readonly uint[] s_corners = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, uint.MaxValue];

    readonly Random _random;
    readonly CodeBytes _bytes = new();
    readonly Decoder _wide, _narrow;

    internal CaseGenerator(int seed)
    {
        _random = new(seed);
        _wide = Decoder.Create(32, _bytes);
        _narrow = Decoder.Create(16, _bytes);
    }

    /// <summary>The instruction of the last case.</summary>
    internal Instruction Instruction => _instruction;

    Instruction _instruction;

    // SAFETY: writes only into the slot that it is given.
    internal void Make(CaseSlot* slot)
    {
        while (true)
        {
            new Span<byte>(slot, sizeof(CaseSlot)).Clear();
            Decode(slot);
            // A repeat prefix before LOOP changes its condition on some processors.
            if (!IsWanted(_instruction) || (_instruction.Mnemonic is Mnemonic.Loop or Mnemonic.Loope or Mnemonic.Loopne && HasRepeat(slot))) continue;
            MakeRegisters(slot);
            MakeFloats(slot);
            MakeMemory(slot);
            MakeSegments(slot);
            PlaceOperands(slot);
            if (!IsTooFar(slot)) return;
        }
    }

    static bool HasRepeat(CaseSlot* slot) => new ReadOnlySpan<byte>(slot->Code, CaseSlot.CodeBytesMax)[..Math.Max(0, (int)slot->CodeBytes - 2)].ContainsAny<byte>(0xF2, 0xF3);

    bool Chance(int percent) => _random.Next(100) < percent;

    uint Any32() => (uint)_random.NextInt64(1L << 32);

    void Decode(CaseSlot* slot)
    {
        // One in ten in 16-bit code.
        var narrow = Chance(10);
        var length = 0;
        void Put(int value) => slot->Code[length++] = (byte)value;
        ReadOnlySpan<byte> prefixes = [0x66, 0x66, 0x67, 0xF2, 0xF3, 0xF3, 0xF0, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65];
        while (Chance(25) && length < 4) Put(prefixes[_random.Next(prefixes.Length)]);
        // Floating point and two-byte instructions are many for the few bytes that lead to them.
        var kind = _random.Next(100);
        if (kind < 20)
        {
            Put(0xD8 + _random.Next(8));
            if (Chance(50)) Put(0xC0 + _random.Next(64));
        }
        else if (kind < 70)
        {
            ReadOnlySpan<byte> mandatory = [0x66, 0xF2, 0xF3];
            if (Chance(50)) Put(mandatory[_random.Next(3)]);
            Put(0x0F);
        }
        while (length < 20) Put(_random.Next(256));
        _bytes.Set(new(slot->Code, 20));
        var decoder = narrow ? _narrow : _wide;
        slot->Cs = CaseLayout.FlatCode;
        if (narrow) slot->Cs = CaseLayout.Selector(CaseLayout.NarrowCode);
        else if (Chance(5)) slot->Cs = CaseLayout.Selector(CaseLayout.Codes[_random.Next(CaseLayout.Codes.Length)]);
        // At the end of a page, of both pages, or of a short segment; else in the middle of the first.
        var at = _random.Next(40) switch
        {
            0 => CaseLayout.CodeMiddle - (uint)_random.Next(1, 15),
            1 => CaseLayout.CodeEnd - (uint)_random.Next(1, 15),
            2 => CaseLayout.Code + 0x900 - (uint)_random.Next(1, 15),
            _ => CaseLayout.Code + 0x800,
        };
        // No case begins beyond the end of its own segment: the jump there would not be its own.
        if ((slot->Cs & 4) != 0 && at - CaseLayout.Code > CaseLayout.Local[slot->Cs / 8].Limit) at = CaseLayout.Code + 0x800;
        slot->CodeAt = at;
        slot->Ip = at - CaseLayout.BaseOf(slot->Cs);
        decoder.IP = slot->Ip;
        decoder.Decode(out _instruction);
        slot->CodeBytes = (uint)Math.Min(_instruction.Length, CaseLayout.CodeEnd - at);
    }

    static bool IsWanted(in Instruction i)
    {
        if (i.Code == Code.INVALID) return false;
        if (s_excluded.Contains(i.Mnemonic) || s_excludedCodes.Contains(i.Code)) return false;
        foreach (var feature in i.CpuidFeatures)
            if (!s_features.Contains(feature)) return false;
        return !(i.Mnemonic == Mnemonic.Int && i.Immediate8 == 0x80);
    }

    /// <summary>What cannot be compared: system calls, what says which processor it is, what this kernel answers in the processor's place (UMIP), states with
    /// addresses of the last floating point instruction, and other generations' instructions.</summary>
    static readonly HashSet<Mnemonic> s_excluded =
    [
        Mnemonic.Syscall, Mnemonic.Sysenter, Mnemonic.Sysret, Mnemonic.Sysexit, Mnemonic.Cpuid, Mnemonic.Rdtsc, Mnemonic.Rdpmc, Mnemonic.Sgdt, Mnemonic.Sidt,
        Mnemonic.Sldt, Mnemonic.Str, Mnemonic.Smsw, Mnemonic.Lar, Mnemonic.Lsl, Mnemonic.Verr, Mnemonic.Verw, Mnemonic.Fnsave, Mnemonic.Fnstenv, Mnemonic.Fsave,
        Mnemonic.Fstenv, Mnemonic.Fxsave, Mnemonic.Fxrstor, Mnemonic.Rsm, Mnemonic.Loadall, Mnemonic.Fstdw, Mnemonic.Fstsg, Mnemonic.Frstpm, Mnemonic.Fsetpm, Mnemonic.Fnsetpm,
        Mnemonic.Umov, Mnemonic.Ibts, Mnemonic.Xbts, Mnemonic.Ud0, Mnemonic.Ud1,
        Mnemonic.Int1,
    ];

    /// <summary>Likewise; a return that releases arguments, where processors differ in what they look at first; and 0F 0D, a prefetch to some.</summary>
    static readonly HashSet<Code> s_excludedCodes =
    [
        Code.Cmpxchg486_rm8_r8, Code.Cmpxchg486_rm16_r16, Code.Cmpxchg486_rm32_r32, Code.Reservednop_rm16_r16_0F0D, Code.Reservednop_rm32_r32_0F0D,
        Code.Retfw_imm16, Code.Retfd_imm16,
    ];

    static readonly HashSet<CpuidFeature> s_features =
    [
        CpuidFeature.INTEL8086, CpuidFeature.INTEL186, CpuidFeature.INTEL286, CpuidFeature.INTEL386, CpuidFeature.INTEL486, CpuidFeature.CMOV, CpuidFeature.FPU,
        CpuidFeature.FPU287, CpuidFeature.FPU387, CpuidFeature.MMX, CpuidFeature.SSE, CpuidFeature.SSE2, CpuidFeature.CX8, CpuidFeature.CLFSH,
        CpuidFeature.MULTIBYTENOP, CpuidFeature.PAUSE,
    ];

    void MakeRegisters(CaseSlot* slot)
    {
        for (var n = 0; n < 8; n++)
            slot->Gpr[n] = _random.Next(4) switch { 0 => s_corners[_random.Next(s_corners.Length)], 1 => (uint)_random.Next(64), _ => Any32() };
        slot->Flags = (Any32() & Arithmetic) | 0x202 | (Chance(20) ? DirectionFlag : 0) | (Chance(2) ? AlignmentFlag : 0);
    }

    void MakeMemory(CaseSlot* slot)
    {
        Span<byte> memory = new(slot->Memory, CaseSlot.MemoryBytes);
        _random.NextBytes(memory);
        switch (_random.Next(6))
        {
            case 0:
                memory.Fill((byte)_random.Next(256));
                break;
            case 1:
                for (var n = 0; n < memory.Length; n += 4) BitConverter.TryWriteBytes(memory[n..], s_corners[_random.Next(s_corners.Length)]);
                break;
            case 2:
                for (var n = 0; n < memory.Length; n += 8) BitConverter.TryWriteBytes(memory[n..], (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-20, 20)));
                break;
        }
    }

    void MakeFloats(CaseSlot* slot)
    {
        Span<byte> area = new(slot->Float, CaseSlot.FloatBytes);
        var control = 0x37F | (_random.Next(4) << 10);
        if (Chance(20)) control = (control & ~0x300) | (_random.Next(4) << 8);
        if (Chance(10)) control &= ~_random.Next(64);
        var status = (_random.Next(8) << 11) | (_random.Next() & 0x4700);
        if (Chance(10)) status |= _random.Next(64);
        if ((status & ~control & 0x3F) != 0) status |= 0x8080;
        BitConverter.TryWriteBytes(area, (ushort)control);
        BitConverter.TryWriteBytes(area[2..], (ushort)status);
        area[4] = Chance(50) ? (byte)0xFF : (byte)_random.Next(256);
        var simd = 0x1F80 | (_random.Next(4) << 13);
        if (Chance(10)) simd |= 0x8000;
        if (Chance(10)) simd |= 0x40;
        if (Chance(8)) simd &= ~(_random.Next(64) << 7);
        if (Chance(10)) simd |= _random.Next(64);
        BitConverter.TryWriteBytes(area[24..], simd);
        BitConverter.TryWriteBytes(area[28..], 0x2FFFF);
        for (var n = 0; n < 8; n++)
        {
            MakeExtended(area.Slice(32 + 16 * n, 10));
            MakeVector(area.Slice(160 + 16 * n, 16));
        }
    }

    void MakeExtended(Span<byte> register)
    {
        var significand = ((ulong)_random.NextInt64() << 1) | (uint)_random.Next(2);
        if (Chance(20)) significand = Chance(50) ? 0 : 1UL << 63;
        var exponent = _random.Next(10) switch { 0 => 0, 1 => 0x7FFF, 2 => _random.Next(0x8000), _ => 0x3FFF + _random.Next(-70, 70) };
        // Usually a number that is one: the integer bit is set.
        if (exponent != 0 && !Chance(5)) significand |= 1UL << 63;
        BitConverter.TryWriteBytes(register, significand);
        BitConverter.TryWriteBytes(register[8..], (ushort)(exponent | (_random.Next(2) << 15)));
    }

    void MakeVector(Span<byte> register)
    {
        _random.NextBytes(register);
        switch (_random.Next(4))
        {
            case 0:
                for (var n = 0; n < 16; n += 8) BitConverter.TryWriteBytes(register[n..], Double());
                break;
            case 1:
                for (var n = 0; n < 16; n += 4) BitConverter.TryWriteBytes(register[n..], (float)Double());
                break;
        }
    }

    double Double() => _random.Next(12) switch
    {
        0 => 0, 1 => double.PositiveInfinity, 2 => double.NaN, 3 => double.Epsilon * _random.Next(1, 1000), 4 => _random.Next(-1000, 1000), 5 => -0.0,
        _ => (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-40, 40)),
    };

    void MakeSegments(CaseSlot* slot)
    {
        slot->Es = slot->Ds = slot->Fs = slot->Gs = slot->Ss = CaseLayout.FlatStack;
        if (Chance(60) && slot->Cs == CaseLayout.FlatCode) return;
        var local = CaseLayout.Local.Length;
        // What is absent or may only be executed cannot be loaded, so no case starts from it.
        uint Pick() => Chance(40) ? CaseLayout.FlatStack : CaseLayout.Selector(_random.Next(local) is var n && n is 6 or 7 ? 0 : n);
        (slot->Es, slot->Ds, slot->Fs, slot->Gs) = (Pick(), Pick(), Pick(), Chance(20) ? 0 : Pick());
        if (Chance(40)) slot->Ss = CaseLayout.Selector(CaseLayout.Stacks[_random.Next(CaseLayout.Stacks.Length)]);
    }

    sealed class CodeBytes : CodeReader
    {
        readonly byte[] _code = new byte[32];
        int _at;

        internal void Set(ReadOnlySpan<byte> code)
        {
            code.CopyTo(_code);
            _at = 0;
        }

        public override int ReadByte() => _at < 20 ? _code[_at++] : -1;
    }
}
