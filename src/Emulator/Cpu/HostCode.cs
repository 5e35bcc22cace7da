using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Iced.Intel;
using RemoteChain.Emulator.Native;

namespace RemoteChain.Emulator.Cpu;

/// <summary>Single floating point and vector instructions as code of the host, each made once for all machines of the process.</summary>
/// <remarks>An instruction's code gets the state in RDI and its memory operand in RSI. It fetches the SSE and general registers that the instruction names, and
/// flags and MXCSR where it needs them; x87 and MMX registers are in the unit already.</remarks>
static unsafe class HostCode
{
    /// <summary>Room for every form that there is, all constants counted: no guest can fill it.</summary>
    const int ArenaBytes = 16 << 20;
    const int CodeBytesMax = 96;
    const RflagsBits ArithmeticFlags = RflagsBits.OF | RflagsBits.SF | RflagsBits.ZF | RflagsBits.AF | RflagsBits.CF | RflagsBits.PF;

    static readonly Lock s_gate = new();
    static readonly ConcurrentDictionary<string, nint> s_made = new();
    static readonly bool[] s_raisesNothing = FindQuiet();
    static readonly (int Registers, int Flags, int SimdControl) s_places = FindPlaces();
    static byte* s_write, s_run;
    static int s_used;

    // SAFETY: code is written once, before it becomes reachable, into memory that stays mapped as long as the process lives; it touches only what
    // it is passed: the state, and an operand of the instruction's size.
    /// <summary>FXRSTOR and FXSAVE with the area in RSI; the unit is left as callers expect it (System V ABI, section 3.2.1): empty, its control word as
    /// after FNINIT. All SSE registers are the caller's to lose.</summary>
    internal static readonly nint LoadUnit = Place(One(Instruction.Create(Code.Fxrstor64_m512byte, new MemoryOperand(Register.RSI))));
    internal static readonly nint StoreUnit = Place(
        One(Instruction.Create(Code.Fxsave64_m512byte, new MemoryOperand(Register.RSI)), Instruction.Create(Code.Fninit)));

    /// <summary>Control and status of the unit, with the word in RSI.</summary>
    internal static readonly nint LoadControl = Place(One(Instruction.Create(Code.Fldcw_m2byte, new MemoryOperand(Register.RSI))));
    internal static readonly nint StoreControl = Place(One(Instruction.Create(Code.Fnstcw_m2byte, new MemoryOperand(Register.RSI))));
    internal static readonly nint StoreStatus = Place(One(Instruction.Create(Code.Fnstsw_m2byte, new MemoryOperand(Register.RSI))));
    internal static readonly nint ClearStatus = Place(One(Instruction.Create(Code.Fnclex)));

    /// <summary>The instruction computes with MXCSR: it rounds, and may raise.</summary>
    internal static bool UsesSimdControl(in Instruction i) => !s_raisesNothing[(int)i.Mnemonic] && !UsesUnitOnly(i);

    /// <summary>Of the arithmetic flags: what Iced calls flags are also the condition bits of x87.</summary>
    internal static bool ReadsFlags(in Instruction i) => (i.RflagsRead & ArithmeticFlags) != RflagsBits.None;

    internal static bool WritesFlags(in Instruction i) => (i.RflagsModified & ArithmeticFlags) != RflagsBits.None;

    /// <summary>Runs a piece of it. Without the runtime's preparations for foreign code, which cost more than most instructions: it never waits and never calls.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Call(nint code, CpuState* state, byte* operand) =>
        ((delegate* unmanaged[SuppressGCTransition]<CpuState*, byte*, void>)code)(state, operand);

    /// <summary>Code for an instruction.</summary>
    internal static bool TryMake(in Instruction guest, out nint code)
    {
        code = 0;
        var i = guest;
        // Prefixes that mean nothing here would only make more forms.
        i.HasRepPrefix = i.HasRepnePrefix = i.HasLockPrefix = false;
        i.SegmentPrefix = Register.None;
        var general = -1;
        for (var n = 0; n < i.OpCount; n++)
        {
            if (i.GetOpKind(n) == OpKind.Memory)
            {
                i.MemoryBase = Register.RSI;
                i.MemoryIndex = Register.None;
                i.MemoryIndexScale = 1;
                i.MemoryDisplacement64 = 0;
                i.MemoryDisplSize = 0;
            }
            else if (i.GetOpKind(n) == OpKind.Register && i.GetOpRegister(n).IsGPR())
            {
                general = Ops.OpTable.RegisterAt(i.GetOpRegister(n));
                i.SetOpRegister(n, i.GetOpRegister(n).GetSize() == 2 ? Register.AX : Register.EAX);
            }
        }
        if (general < 0 && UsesHiddenRegister(guest)) return false;
        Bytes writer = new();
        try
        {
            Emit(writer, i, general);
        }
        catch (EncoderException)
        {
            return false;
        }
        code = s_made.GetOrAdd(Convert.ToHexString(writer.Written), _ => Place(writer));
        return code != 0;
    }

    static bool UsesHiddenRegister(in Instruction i)
    {
        var used = new InstructionInfoFactory().GetInfo(i);
        foreach (var register in used.GetUsedRegisters())
            if (register.Register.IsGPR() && i.MemoryBase != register.Register && i.MemoryIndex != register.Register) return true;
        return false;
    }

    static void Emit(Bytes writer, in Instruction instruction, int general)
    {
        var encoder = Encoder.Create(64, writer);
        void Put(in Instruction i) => encoder.Encode(i, 0);
        MemoryOperand At(int place) => new(Register.RDI, place);
        MemoryOperand Vector(Register register) => At(160 + 16 * register.GetNumber());
        var flags = At(s_places.Flags);
        var simd = UsesSimdControl(instruction);
        HashSet<Register> vectors = [];
        for (var n = 0; n < instruction.OpCount; n++)
            if (instruction.GetOpKind(n) == OpKind.Register && instruction.GetOpRegister(n).IsXMM()) vectors.Add(instruction.GetOpRegister(n));
        if (simd) Put(Instruction.Create(Code.Ldmxcsr_m32, At(24)));
        foreach (var register in vectors) Put(Instruction.Create(Code.Movups_xmm_xmmm128, register, Vector(register)));
        if (ReadsFlags(instruction))
        {
            Put(Instruction.Create(Code.Push_rm64, flags));
            Put(Instruction.Create(Code.Popfq));
        }
        if (general >= 0) Put(Instruction.Create(Code.Mov_r32_rm32, Register.EAX, At(s_places.Registers + general)));
        Put(instruction);
        if (general >= 0) Put(Instruction.Create(Code.Mov_rm32_r32, At(s_places.Registers + general), Register.EAX));
        if (WritesFlags(instruction))
        {
            Put(Instruction.Create(Code.Pushfq));
            Put(Instruction.Create(Code.Pop_rm64, flags));
        }
        if (simd)
        {
            Put(Instruction.Create(Code.Stmxcsr_m32, At(24)));
            Put(Instruction.Create(Code.Ldmxcsr_m32, At(s_places.SimdControl)));
        }
        if (instruction.Op0Kind == OpKind.Register && instruction.Op0Register.IsXMM())
            Put(Instruction.Create(Code.Movups_xmmm128_xmm, Vector(instruction.Op0Register), instruction.Op0Register));
        Put(Instruction.Create(Code.Retnq));
    }

    static Bytes One(params ReadOnlySpan<Instruction> instructions)
    {
        Bytes writer = new();
        var encoder = Encoder.Create(64, writer);
        foreach (var i in instructions) encoder.Encode(i, 0);
        encoder.Encode(Instruction.Create(Code.Retnq), 0);
        return writer;
    }

    static bool UsesUnitOnly(in Instruction i)
    {
        foreach (var feature in i.CpuidFeatures)
            if (feature is CpuidFeature.SSE or CpuidFeature.SSE2) return false;
        return true;
    }

    /// <summary>Moves, logic and integers: they have the beginnings of their names in common.</summary>
    static bool[] FindQuiet()
    {
        var quiet = new bool[Enum.GetValues<Mnemonic>().Max(mnemonic => (int)mnemonic) + 1];
        ReadOnlySpan<string> beginnings = ["P", "Mov", "And", "Or", "Xor", "Unpck", "Shuf", "Lddqu"];
        foreach (var mnemonic in Enum.GetValues<Mnemonic>())
            foreach (var beginning in beginnings) quiet[(int)mnemonic] |= mnemonic.ToString().StartsWith(beginning, StringComparison.Ordinal);
        return quiet;
    }

    static (int Registers, int Flags, int SimdControl) FindPlaces()
    {
        CpuState s;
        var start = (byte*)&s;
        return ((int)((byte*)s.Gpr - start), (int)((byte*)&s.HostFlags - start), (int)((byte*)&s.HostSimdControl - start));
    }

    static nint Place(Bytes writer)
    {
        var code = writer.Written;
        lock (s_gate)
        {
            if (s_write == null)
            {
                // The same memory twice, once to write and once to run, so that no page is ever both.
                var file = SysMman.memfd_create("float-code", SysMman.MFD_CLOEXEC);
                if (file < 0 || SysMman.ftruncate(file, ArenaBytes) != 0) throw new IOException("No memory for host code.");
                s_write = (byte*)SysMman.mmap(null, ArenaBytes, SysMman.PROT_READ | SysMman.PROT_WRITE, SysMman.MAP_SHARED, file, 0);
                s_run = (byte*)SysMman.mmap(null, ArenaBytes, SysMman.PROT_READ | SysMman.PROT_EXEC, SysMman.MAP_SHARED, file, 0);
                if ((nint)s_write == -1 || (nint)s_run == -1) throw new IOException("No executable memory for host code.");
            }
            if (code.Length > CodeBytesMax || s_used + CodeBytesMax > ArenaBytes) return 0;
            code.CopyTo(new(s_write + s_used, CodeBytesMax));
            s_used += CodeBytesMax;
            return (nint)(s_run + s_used - CodeBytesMax);
        }
    }

    sealed class Bytes : CodeWriter
    {
        readonly List<byte> _bytes = [];

        internal ReadOnlySpan<byte> Written => CollectionsMarshal.AsSpan(_bytes);

        public override void WriteByte(byte value) => _bytes.Add(value);
    }
}
