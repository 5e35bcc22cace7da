using System.Runtime.InteropServices;
using Iced.Intel;
using RemoteChain.Emulator.Cpu;

namespace RemoteChain.Emulator.Tests;

/// <summary>Every family against the processor under us: the same instruction, registers, flags and memory on both sides. The seed is fixed;
/// flags that the manual leaves undefined are masked by a table.</summary>
public sealed unsafe class HostCpuTests : IDisposable
{
    const int CasesPerForm = 60;
    const uint Arithmetic = 0x8D5, Overflow = 0x800, Sign = 0x80, Zero = 0x40, Adjust = 0x10, Parity = 4;

    readonly HostCpu _host = new();

    // The window is the same address on both sides, so the guest has that much RAM.
    readonly Bench _guest = new((long)HostCpu.WindowAt + (16 << 20));
    readonly Random _random = new(20250617);

    public static TheoryData<string> Families => [.. s_families.Keys];

    static readonly Dictionary<string, Mnemonic[]> s_families = new()
    {
        ["sums"] = [Mnemonic.Add, Mnemonic.Adc, Mnemonic.Sub, Mnemonic.Sbb, Mnemonic.Cmp],
        ["logic"] = [Mnemonic.And, Mnemonic.Or, Mnemonic.Xor, Mnemonic.Test, Mnemonic.Not],
        ["steps"] = [Mnemonic.Inc, Mnemonic.Dec, Mnemonic.Neg],
        ["shifts"] = [Mnemonic.Shl, Mnemonic.Shr, Mnemonic.Sar],
        ["rotates"] = [Mnemonic.Rol, Mnemonic.Ror, Mnemonic.Rcl, Mnemonic.Rcr],
        ["double shifts"] = [Mnemonic.Shld, Mnemonic.Shrd],
        ["products"] = [Mnemonic.Mul, Mnemonic.Imul],
        ["bits"] = [Mnemonic.Bt, Mnemonic.Bts, Mnemonic.Btr, Mnemonic.Btc, Mnemonic.Bsf, Mnemonic.Bsr],
        ["exchanges"] = [Mnemonic.Xchg, Mnemonic.Xadd, Mnemonic.Cmpxchg, Mnemonic.Cmpxchg8b, Mnemonic.Bswap],
        ["moves"] = [Mnemonic.Mov, Mnemonic.Movzx, Mnemonic.Movsx, Mnemonic.Lea],
        ["conditions"] = [Mnemonic.Cmovo, Mnemonic.Cmovno, Mnemonic.Cmovb, Mnemonic.Cmovae, Mnemonic.Cmove, Mnemonic.Cmovne, Mnemonic.Cmovbe,
            Mnemonic.Cmova, Mnemonic.Cmovs, Mnemonic.Cmovns, Mnemonic.Cmovp, Mnemonic.Cmovnp, Mnemonic.Cmovl, Mnemonic.Cmovge, Mnemonic.Cmovle,
            Mnemonic.Cmovg, Mnemonic.Seto, Mnemonic.Setb, Mnemonic.Sete, Mnemonic.Setbe, Mnemonic.Sets, Mnemonic.Setp, Mnemonic.Setl,
            Mnemonic.Setle],
        ["flags"] = [Mnemonic.Clc, Mnemonic.Stc, Mnemonic.Cmc, Mnemonic.Lahf, Mnemonic.Sahf],
        ["extensions"] = [Mnemonic.Cbw, Mnemonic.Cwde, Mnemonic.Cwd, Mnemonic.Cdq],
        ["x87"] = [Mnemonic.Fadd, Mnemonic.Faddp, Mnemonic.Fsub, Mnemonic.Fsubr, Mnemonic.Fmul, Mnemonic.Fdiv, Mnemonic.Fdivr, Mnemonic.Fld,
            Mnemonic.Fst, Mnemonic.Fstp, Mnemonic.Fild, Mnemonic.Fist, Mnemonic.Fistp, Mnemonic.Fsqrt, Mnemonic.Frndint, Mnemonic.Fabs, Mnemonic.Fchs,
            Mnemonic.Fcom, Mnemonic.Fcomi, Mnemonic.Fucomi, Mnemonic.Fxch, Mnemonic.Fscale, Mnemonic.Fpatan, Mnemonic.Fsin, Mnemonic.Fld1, Mnemonic.Fldpi],
        ["mmx"] = [Mnemonic.Paddb, Mnemonic.Paddw, Mnemonic.Psubd, Mnemonic.Pmullw, Mnemonic.Pmaddwd, Mnemonic.Pand, Mnemonic.Pxor, Mnemonic.Movq,
            Mnemonic.Movd, Mnemonic.Punpcklbw, Mnemonic.Packuswb, Mnemonic.Psllw, Mnemonic.Pcmpeqb, Mnemonic.Pmovmskb],
        ["sse"] = [Mnemonic.Addps, Mnemonic.Mulss, Mnemonic.Divps, Mnemonic.Sqrtps, Mnemonic.Cvttss2si, Mnemonic.Cvtsi2ss, Mnemonic.Ucomiss, Mnemonic.Shufps,
            Mnemonic.Movups, Mnemonic.Movaps, Mnemonic.Movmskps, Mnemonic.Minps, Mnemonic.Andps],
        ["sse2"] = [Mnemonic.Addpd, Mnemonic.Mulsd, Mnemonic.Divsd, Mnemonic.Cvttsd2si, Mnemonic.Cvtsi2sd, Mnemonic.Comisd, Mnemonic.Movdqa,
            Mnemonic.Movdqu, Mnemonic.Movsd, Mnemonic.Paddq, Mnemonic.Pmuludq, Mnemonic.Pshufd, Mnemonic.Cvtdq2pd, Mnemonic.Unpcklpd],
    };

    /// <summary>What the manual does not define; for shifts, see <see cref="Undefined"/>.</summary>
    static readonly Dictionary<Mnemonic, uint> s_undefined = new()
    {
        [Mnemonic.And] = Adjust, [Mnemonic.Or] = Adjust, [Mnemonic.Xor] = Adjust, [Mnemonic.Test] = Adjust,
        [Mnemonic.Mul] = Sign | Zero | Adjust | Parity, [Mnemonic.Imul] = Sign | Zero | Adjust | Parity,
        [Mnemonic.Bt] = Overflow | Sign | Adjust | Parity, [Mnemonic.Bts] = Overflow | Sign | Adjust | Parity,
        [Mnemonic.Btr] = Overflow | Sign | Adjust | Parity, [Mnemonic.Btc] = Overflow | Sign | Adjust | Parity,
        [Mnemonic.Bsf] = Arithmetic & ~Zero, [Mnemonic.Bsr] = Arithmetic & ~Zero,
        [Mnemonic.Shl] = Adjust, [Mnemonic.Shr] = Adjust, [Mnemonic.Sar] = Adjust, [Mnemonic.Shld] = Adjust, [Mnemonic.Shrd] = Adjust,
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Instruction_AnyForm_DoesWhatTheHostDoes(string family)
    {
        var cases = 0;
        foreach (var code in Enum.GetValues<Code>().Where(code => s_families[family].Contains(code.Mnemonic()) && IsCommon(code)))
            for (var n = 0; n < CasesPerForm; n++)
                if (TryMake(code, out var instruction))
                {
                    Compare(instruction);
                    cases++;
                }
        Assert.True(cases >= CasesPerForm, $"{family}: only {cases} cases");
    }

    [Fact]
    public void Divide_AnyWidth_DoesWhatTheHostDoes()
    {
        foreach (var code in (Code[])[Code.Div_rm8, Code.Div_rm16, Code.Div_rm32, Code.Idiv_rm8, Code.Idiv_rm16, Code.Idiv_rm32])
            for (var n = 0; n < 400; n++)
            {
                // Only what does not overflow: the host's process would end.
                Assert.True(TryMake(code, out var instruction, registerOnly: true));
                instruction.Op0Register = code switch { Code.Div_rm8 or Code.Idiv_rm8 => Register.CL, Code.Div_rm16 or Code.Idiv_rm16 => Register.CX, _ => Register.ECX };
                var frame = RandomFrame();
                frame.Gpr[1] |= 0x4000_4040;
                frame.Gpr[1] &= 0x7FFF_7F7F;
                frame.Gpr[0] &= code is Code.Div_rm8 or Code.Idiv_rm8 ? 0x0FFFu : uint.MaxValue;
                frame.Gpr[2] = 0;
                Compare(instruction, frame, Arithmetic);
            }
    }

    [Theory]
    [InlineData(Code.Movsb_m8_m8)]
    [InlineData(Code.Movsd_m32_m32)]
    [InlineData(Code.Stosw_m16_AX)]
    [InlineData(Code.Stosd_m32_EAX)]
    [InlineData(Code.Lodsb_AL_m8)]
    [InlineData(Code.Cmpsb_m8_m8)]
    [InlineData(Code.Scasd_EAX_m32)]
    public void String_RepeatedOverPagesBothWays_DoesWhatTheHostDoes(Code code)
    {
        for (var n = 0; n < 120; n++)
        {
            var instruction = code switch
            {
                Code.Movsb_m8_m8 => Instruction.CreateMovsb(64), Code.Movsd_m32_m32 => Instruction.CreateMovsd(64),
                Code.Stosw_m16_AX => Instruction.CreateStosw(64), Code.Stosd_m32_EAX => Instruction.CreateStosd(64),
                Code.Lodsb_AL_m8 => Instruction.CreateLodsb(64), Code.Cmpsb_m8_m8 => Instruction.CreateCmpsb(64), _ => Instruction.CreateScasd(64),
            };
            instruction.HasRepPrefix = n % 3 != 0;
            if (n % 5 == 0 && code is Code.Cmpsb_m8_m8 or Code.Scasd_EAX_m32)
            {
                instruction.HasRepPrefix = false;
                instruction.HasRepnePrefix = true;
            }
            var frame = RandomFrame();
            frame.Gpr[1] = (ulong)_random.Next(0, 700);
            frame.Gpr[6] = HostCpu.WindowAt + (ulong)_random.Next(0xC00, 0x2400);
            frame.Gpr[7] = HostCpu.WindowAt + (ulong)_random.Next(0xC00, 0x2400);
            frame.Flags |= n % 2 == 0 ? 0u : 0x400u;
            // Many equal bytes, so that comparisons go on for a while.
            _random.NextBytes(HostCpu.Window);
            if (n % 4 != 0) HostCpu.Window.Fill(7);
            if (code == Code.Scasd_EAX_m32) frame.Gpr[0] = 0x0707_0707;
            Compare(instruction, frame, 0, fill: false, steps: 8);
        }
    }

    // Forms of instructions that both modes have; others are other generations' or belong to the system.
    static bool IsCommon(Code code)
    {
        var op = code.ToOpCode();
        return op.IsInstruction && op.Mode32 && op.Mode64 && op.Encoding == EncodingKind.Legacy && !op.IsPrivileged
            && op.OpCount <= 3 && !code.ToString().Contains("64", StringComparison.Ordinal) && !code.ToString().Contains("moffs", StringComparison.Ordinal)
            && !code.ToString().Contains("Sreg", StringComparison.Ordinal) && !code.ToString().Contains("_cr", StringComparison.Ordinal)
            && !code.ToString().Contains("_dr", StringComparison.Ordinal) && !code.ToString().Contains("_tr", StringComparison.Ordinal)
            && (code is Code.Cmpxchg8b_m64 || code.CpuidFeatures().All(feature => feature is CpuidFeature.INTEL8086 or CpuidFeature.INTEL186 or CpuidFeature.INTEL286
                or CpuidFeature.INTEL386 or CpuidFeature.INTEL486 or CpuidFeature.CMOV or CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387
                or CpuidFeature.MMX or CpuidFeature.SSE or CpuidFeature.SSE2));
    }

    bool TryMake(Code code, out Instruction instruction, bool registerOnly = false)
    {
        var op = code.ToOpCode();
        instruction = new() { Code = code };
        var useMemory = !registerOnly && _random.Next(2) == 0;
        for (var n = 0; n < op.OpCount; n++)
        {
            var kind = op.GetOpKind(n).ToString();
            if (kind.Contains("imm8_const_1", StringComparison.Ordinal)) SetImmediate(ref instruction, n, OpKind.Immediate8, 1);
            else if (kind.StartsWith("imm8sex16", StringComparison.Ordinal)) SetImmediate(ref instruction, n, OpKind.Immediate8to16, (ulong)_random.Next(-128, 128));
            else if (kind.StartsWith("imm8sex32", StringComparison.Ordinal)) SetImmediate(ref instruction, n, OpKind.Immediate8to32, (ulong)_random.Next(-128, 128));
            else if (kind.StartsWith("imm8", StringComparison.Ordinal)) SetImmediate(ref instruction, n, OpKind.Immediate8, (ulong)_random.Next(256));
            else if (kind == "imm16") SetImmediate(ref instruction, n, OpKind.Immediate16, (ulong)_random.Next(65536));
            else if (kind == "imm32") SetImmediate(ref instruction, n, OpKind.Immediate32, (uint)_random.NextInt64(1L << 32));
            else if (kind == "mem" || (kind.Contains("_or_mem", StringComparison.Ordinal) && useMemory)) SetMemory(ref instruction, n);
            else if (!TrySetRegister(ref instruction, n, kind)) return false;
        }
        return true;
    }

    void SetMemory(ref Instruction i, int n)
    {
        i.SetOpKind(n, OpKind.Memory);
        // A base that leads into the window, sometimes over a page's end; in 64-bit code the whole register counts, and upper halves are zero.
        i.MemoryBase = Register.RBX;
        i.MemoryDisplSize = 8;
        i.MemoryDisplacement64 = (ulong)(i.MemorySize.GetSize() == 16 ? _random.Next(64) * 16 : _random.Next(1024));
        i.MemoryIndexScale = 1;
    }

    static void SetImmediate(ref Instruction i, int n, OpKind kind, ulong value)
    {
        i.SetOpKind(n, kind);
        i.SetImmediate(n, (long)value);
    }

    bool TrySetRegister(ref Instruction i, int n, string kind)
    {
        // EBX is the base of memory operands and ESP the host's stack: neither is written.
        Register[] fours = [Register.EAX, Register.ECX, Register.EDX, Register.EBP, Register.ESI, Register.EDI];
        Register[] twos = [Register.AX, Register.CX, Register.DX, Register.BP, Register.SI, Register.DI];
        Register[] ones = [Register.AL, Register.CL, Register.DL, Register.AH, Register.CH, Register.DH];
        Register? register = kind switch
        {
            "r8_or_mem" or "r8_reg" or "r8_opcode" => Pick(ones),
            "r16_or_mem" or "r16_reg" or "r16_opcode" or "r16_rm" => Pick(twos),
            "r32_or_mem" or "r32_reg" or "r32_opcode" or "r32_rm" => Pick(fours),
            "r32_reg_mem" or "r32_or_mem_mpx" => Pick(fours),
            "mm_reg" or "mm_or_mem" or "mm_rm" => Register.MM0 + _random.Next(8),
            "xmm_reg" or "xmm_or_mem" or "xmm_rm" => Register.XMM0 + _random.Next(8),
            "st0" => Register.ST0,
            "sti_opcode" => Register.ST0 + _random.Next(8),
            "al" => Register.AL, "ax" => Register.AX, "eax" => Register.EAX, "cl" => Register.CL, "dx" => Register.DX,
            _ => null,
        };
        if (register is not { } chosen) return false;
        i.SetOpKind(n, OpKind.Register);
        i.SetOpRegister(n, chosen);
        return true;
    }

    Register Pick(Register[] registers) => registers[_random.Next(registers.Length)];

    HostCpu.Frame RandomFrame()
    {
        HostCpu.Frame frame = default;
        uint[] corners = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, uint.MaxValue];
        for (var n = 0; n < 8; n++)
            frame.Gpr[n] = _random.Next(3) == 0 ? corners[_random.Next(corners.Length)] : (uint)_random.NextInt64(1L << 32);
        frame.Gpr[3] = HostCpu.WindowAt + (_random.Next(4) == 0 ? 0xC00u : 0x1000u);
        frame.Flags = ((uint)_random.Next() & Arithmetic) | 2;
        return frame;
    }

    void Compare(in Instruction instruction) => Compare(instruction, RandomFrame(), null);

    void Compare(Instruction instruction, HostCpu.Frame frame, uint? undefined, bool fill = true, int steps = 1)
    {
        if (IsUndefined(instruction, frame)) return;
        // BT with a register reaches far beyond its operand: keep it inside the window.
        if (instruction.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc)
            for (var n = 0; n < 8; n++) if (n != 3) frame.Gpr[n] &= 0xFFFF_0FFF & 0x0FFF;
        if (fill) _random.NextBytes(HostCpu.Window);
        var before = HostCpu.Window.ToArray();
        var floats = (byte*)NativeMemory.AlignedAlloc(512, 64);
        RandomFloats(new(floats, 512));
        var s = _guest.State;
        for (var n = 0; n < 8; n++) s->Gpr[n] = frame.Gpr[n];
        s->Gpr[4] = Bench.StackAt;
        Flags.Set(s, (uint)frame.Flags);
        new Span<byte>(floats, 512).CopyTo(new(s->Float, 512));
        before.CopyTo(_guest.Machine.Memory.Span(HostCpu.WindowAt, HostCpu.WindowBytes));
        var name = Place(instruction);
        var start = frame;
        for (var step = 0; step < steps && s->Ip != Bench.CodeAt + (ulong)_length; step++)
            Assert.Equal(MachineStop.Count, _guest.Run(1));
        Assert.Equal(Bench.CodeAt + (ulong)_length, s->Ip);

        _host.Run(instruction, &frame, floats);
        var mask = Arithmetic & ~(undefined ?? Undefined(instruction, start));
        for (var n = 0; n < 8; n++)
            if (n != 4) Assert.True((uint)frame.Gpr[n] == (uint)s->Gpr[n], $"{name}: register {n} is {s->Gpr[n]:x}, the host has {(uint)frame.Gpr[n]:x}; {Show(start)}");
        Assert.True((frame.Flags & mask) == (Flags.Get(s) & mask), $"{name}: flags {Flags.Get(s):x}, the host has {frame.Flags:x} (mask {mask:x}); {Show(start)}");
        Assert.True(HostCpu.Window.SequenceEqual(_guest.Machine.Memory.Span(HostCpu.WindowAt, HostCpu.WindowBytes)), $"{name}: memory differs; {Show(start)}");
        // Control, status, tags, then the registers; addresses of the last instruction are never shown to a guest.
        var mine = new Span<byte>(s->Float, 512);
        var theirs = new Span<byte>(floats, 512);
        Assert.True(mine[..6].SequenceEqual(theirs[..6]) && mine[24..28].SequenceEqual(theirs[24..28]) && mine[32..288].SequenceEqual(theirs[32..288]),
            $"{name}: floating point state differs\n{Convert.ToHexString(mine[..288])}\n{Convert.ToHexString(theirs[..288])}");
        NativeMemory.AlignedFree(floats);
    }

    int _length;

    string Place(Instruction instruction)
    {
        if (instruction.MemoryBase == Register.RBX)
        {
            instruction.MemoryBase = Register.EBX;
            instruction.MemoryDisplSize = 4;
        }
        if (instruction.Op0Kind == OpKind.MemoryESRDI) instruction.Op0Kind = OpKind.MemoryESEDI;
        if (instruction.OpCount > 1 && instruction.Op1Kind == OpKind.MemoryESRDI) instruction.Op1Kind = OpKind.MemoryESEDI;
        if (instruction.Op0Kind == OpKind.MemorySegRSI) instruction.Op0Kind = OpKind.MemorySegESI;
        if (instruction.OpCount > 1 && instruction.Op1Kind == OpKind.MemorySegRSI) instruction.Op1Kind = OpKind.MemorySegESI;
        List<byte> bytes = [];
        _length = (int)Encoder.Create(32, new Bench.Writer(bytes)).Encode(instruction, Bench.CodeAt);
        // Through the guest's own write path, or its decoded block would stay.
        _guest.Machine.Core.Mmu.SlowStore(Bench.CodeAt, 1, bytes[0]);
        bytes.Add(0x90);
        bytes.ToArray().CopyTo(_guest.Machine.Memory.Span(Bench.CodeAt, bytes.Count));
        _guest.State->Ip = Bench.CodeAt;
        return instruction.ToString();
    }

    /// <summary>A double shift by more than its operand has bits: not even the result is defined.</summary>
    static bool IsUndefined(in Instruction i, HostCpu.Frame frame) => i.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd
        && ((int)(i.Op2Kind == OpKind.Register ? frame.Gpr[1] : i.GetImmediate(2)) & 31) > (i.Op1Register.GetSize() * 8);

    static uint Undefined(in Instruction i, HostCpu.Frame frame)
    {
        var undefined = s_undefined.GetValueOrDefault(i.Mnemonic);
        var isShift = i.Mnemonic is Mnemonic.Shl or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr
            or Mnemonic.Shld or Mnemonic.Shrd;
        if (!isShift) return undefined;
        var last = i.OpCount - 1;
        var count = (int)(i.GetOpKind(last) == OpKind.Register ? frame.Gpr[1] : i.GetImmediate(last)) & 31;
        if (count == 0) return 0;
        var bits = 8 * (i.Op0Kind == OpKind.Memory ? i.MemorySize.GetSize() : i.Op0Register.GetSize());
        if (count != 1) undefined |= Overflow;
        // Beyond the operand's width the carry of a shift is undefined.
        if (count >= bits && i.Mnemonic is Mnemonic.Shl or Mnemonic.Shr) undefined |= 1;
        if (count > bits && i.Mnemonic is Mnemonic.Shld or Mnemonic.Shrd) undefined |= Arithmetic;
        return undefined;
    }

    void RandomFloats(Span<byte> area)
    {
        area.Clear();
        BitConverter.TryWriteBytes(area, (ushort)(0x37F | (_random.Next(4) << 10)));
        area[4] = 0xFF;
        BitConverter.TryWriteBytes(area[24..], 0x1F80 | (_random.Next(4) << 13));
        BitConverter.TryWriteBytes(area[28..], 0xFFFF);
        for (var n = 0; n < 8; n++)
        {
            // An ordinary 80-bit number, and whatever bits make two doubles or four floats.
            var register = area.Slice(32 + 16 * n, 10);
            _random.NextBytes(register[..8]);
            register[7] |= 0x80;
            BitConverter.TryWriteBytes(register[8..], (ushort)(0x3FFF + _random.Next(-40, 40) + (_random.Next(2) << 15)));
            _random.NextBytes(area.Slice(160 + 16 * n, 16));
        }
    }

    static string Show(HostCpu.Frame frame) =>
        $"{frame.Gpr[0]:x} {frame.Gpr[1]:x} {frame.Gpr[2]:x} {frame.Gpr[3]:x} - {frame.Gpr[5]:x} {frame.Gpr[6]:x} {frame.Gpr[7]:x}" + $" flags {frame.Flags:x}";

    public void Dispose()
    {
        _host.Dispose();
        _guest.Dispose();
    }
}
