using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Iced.Intel;
using RemoteChain.Emulator.Native;

namespace RemoteChain.Emulator.Cpu;

/// <summary>Runs single floating point and vector instructions on the host's own unit: the guest's registers are loaded with FXRSTOR, the
/// instruction runs with its memory operand in a buffer, and FXSAVE brings the registers back. So every result has exactly the bits that
/// hardware gives. All exceptions are masked meanwhile; what the guest left unmasked is found in the status afterwards.</summary>
sealed unsafe class NativeFloat : IDisposable
{
    /// <summary>Room for every form that there is, all constants counted: no guest can fill it.</summary>
    const int ArenaBytes = 16 << 20;
    const int StubBytesMax = 96;
    const ushort AllMasked = 0x3F;
    const uint SimdAllMasked = 0x1F80, SimdFlags = 0x3F;

    /// <summary>Invalid, denormal, divide by zero.</summary>
    const uint SimdBefore = 7;

    static readonly Lock s_gate = new();
    static readonly ConcurrentDictionary<string, Stub> s_stubs = new();
    static byte* s_arena;
    static int s_used;

    readonly CpuState* _state;
    readonly byte* _host;

    // SAFETY: stubs are written once, before they become reachable, into memory that stays mapped as long as the process lives; they touch
    // only the three buffers that Run passes: a whole FXSAVE area, an operand buffer of the instruction's size, one register slot.
    internal NativeFloat(Core core)
    {
        _state = core.State;
        _host = (byte*)NativeMemory.AlignedAlloc(CpuState.FloatBytes, 64);
        // What .NET runs with, for code that saves nothing of the host.
        *(uint*)(_host + 24) = SimdAllMasked;
    }

    /// <summary>One instruction as host code.</summary>
    /// <param name="Code">Its entry.</param>
    /// <param name="Writes">It writes its memory operand.</param>
    /// <param name="Aligned">It demands a memory operand on 16 bytes.</param>
    /// <param name="Register">Place of the general register that it uses, or of the one that nobody reads.</param>
    /// <param name="Light">It loads only the SSE registers that it names (<see cref="TryRunLight"/>).</param>
    internal readonly record struct Stub(nint Code, bool Writes, bool Aligned, byte Register, bool Light);

    internal ref ushort Control => ref *(ushort*)_state->Float;

    internal ref ushort Status => ref *(ushort*)(_state->Float + 2);

    internal ref uint SimdControl => ref *(uint*)(_state->Float + 24);

    /// <summary>FNINIT.</summary>
    internal void Initialise()
    {
        Control = 0x37F;
        Status = 0;
        // The tags of FXSAVE: 0 is empty.
        *(ushort*)(_state->Float + 4) = 0;
        ForgetAddresses();
    }

    internal void Reset()
    {
        new Span<byte>(_state->Float, CpuState.FloatBytes).Clear();
        Initialise();
        SimdControl = SimdAllMasked;
        *(uint*)(_state->Float + 28) = 0xFFFF;
    }

    /// <summary>Last instruction and operand: the host's addresses must never be seen by a guest.</summary>
    internal void ForgetAddresses()
    {
        new Span<byte>(_state->Float + 6, 18).Clear();
        // Which bits MXCSR has is the host's too.
        *(uint*)(_state->Float + 28) = 0xFFFF;
    }

    /// <summary>The summary bit follows the unmasked exceptions.</summary>
    internal void Summarise()
    {
        const ushort summaryAndBusy = 0x8080;
        if ((Status & ~Control & AllMasked) != 0) Status |= summaryAndBusy;
        else Status &= unchecked((ushort)~summaryAndBusy);
    }

    /// <summary>Runs one instruction. x87 exceptions stay as the guest has them: hardware notes an unmasked one and raises it at the next instruction
    /// that waits, which never runs here. Those of SSE would hit this process, so they are masked, and undone when the guest had not masked them.</summary>
    /// <exception cref="GuestFault">An SSE exception that the guest did not mask.</exception>
    internal void Run(void* code, byte* operand, byte* register, CpuState* s, bool simd)
    {
        var (control, simdControl) = (Control, SimdControl);
        // A pending exception is here only for instructions that do not wait, and for kernels that take it as an interrupt.
        var pending = (Status & ~control & AllMasked) != 0 && (s->Cr0 & Core.NumericError) == 0;
        if (pending) Control |= AllMasked;
        var unmasked = ~(simdControl >> 7) & SimdFlags;
        var careful = simd && unmasked != 0;
        var saved = stackalloc byte[careful ? CpuState.FloatBytes : 1];
        if (careful) Buffer.MemoryCopy(s->Float, saved, CpuState.FloatBytes, CpuState.FloatBytes);
        var oldRegister = *(uint*)register;
        SimdControl = (simdControl | SimdAllMasked) & 0xFFFF & (careful ? ~SimdFlags : uint.MaxValue);
        var frame = stackalloc ulong[2];
        var oldFlags = Flags.Get(s);
        frame[0] = oldFlags & Flags.Arithmetic | 2;
        ((delegate* unmanaged<byte*, byte*, byte*, ulong*, byte*, void>)code)(s->Float, operand, register, frame, _host);
        var raised = SimdControl & SimdFlags;
        if (pending) Control = control;
        SimdControl = simdControl | raised;
        ForgetAddresses();
        Summarise();
        if (careful && (raised & unmasked) != 0)
        {
            Buffer.MemoryCopy(saved, s->Float, CpuState.FloatBytes, CpuState.FloatBytes);
            // What is found before computing keeps the rest from being found.
            SimdControl = simdControl | ((raised & unmasked & SimdBefore) != 0 ? raised & SimdBefore : raised);
            *(uint*)register = oldRegister;
            throw new GuestFault(GuestFault.SimdFloat);
        }
        if ((uint)frame[0] != (oldFlags & Flags.Arithmetic | 2)) Flags.Set(s, (oldFlags & ~Flags.Arithmetic) | ((uint)frame[0] & Flags.Arithmetic));
    }

    /// <summary>Runs one instruction whose code is light, while the guest masks all SSE exceptions: a tenth of the time.</summary>
    /// <returns>False when it does not: then <see cref="Run"/> has to.</returns>
    internal bool TryRunLight(void* code, byte* operand, byte* register, CpuState* s, bool flags)
    {
        if ((SimdControl & SimdAllMasked) != SimdAllMasked) return false;
        ulong frame;
        ((delegate* unmanaged<byte*, byte*, byte*, ulong*, byte*, void>)code)(s->Float, operand, register, &frame, _host);
        if (flags) Flags.Set(s, (Flags.Get(s) & ~Flags.Arithmetic) | ((uint)frame & Flags.Arithmetic));
        return true;
    }

    /// <summary>Host code for an instruction; made once for all machines of the process.</summary>
    internal static bool TryEncode(in Instruction guest, out Stub stub)
    {
        var i = guest;
        // Prefixes that mean nothing here would only make more forms.
        i.HasRepPrefix = i.HasRepnePrefix = i.HasLockPrefix = false;
        i.SegmentPrefix = Register.None;
        byte register = CpuState.NoRegister * 8;
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
                register = Ops.OpTable.RegisterAt(i.GetOpRegister(n));
                i.SetOpRegister(n, i.GetOpRegister(n).GetSize() == 2 ? Register.AX : Register.EAX);
            }
        }
        if (register == CpuState.NoRegister * 8 && UsesHiddenRegister(guest))
        {
            stub = default;
            return false;
        }
        var writer = new Bytes();
        var light = IsLight(guest);
        try
        {
            if (light) EmitLight(writer, i);
            else Emit(writer, i);
        }
        catch (EncoderException)
        {
            stub = default;
            return false;
        }
        var (writes, aligned, slot) = (WritesMemory(guest), NeedsAlignment(guest), register);
        var key = Convert.ToHexString(writer.Written) + (writes ? "w" : "") + (aligned ? "a" : "") + slot;
        stub = s_stubs.GetOrAdd(key, _ => new(Place(writer.Written), writes, aligned, slot, light));
        return stub.Code != 0;
    }

    static bool UsesHiddenRegister(in Instruction i)
    {
        var used = new InstructionInfoFactory().GetInfo(i);
        foreach (var register in used.GetUsedRegisters())
            if (register.Register.IsGPR() && i.MemoryBase != register.Register && i.MemoryIndex != register.Register) return true;
        return false;
    }

    static bool WritesMemory(in Instruction i)
    {
        foreach (var memory in new InstructionInfoFactory().GetInfo(i).GetUsedMemory())
            if (memory.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite) return true;
        return false;
    }

    /// <summary>Every 16-byte operand of these extensions lies on 16 bytes, except for the moves that say otherwise.</summary>
    static bool NeedsAlignment(in Instruction i) => i.MemorySize.GetSize() == 16
        && i.Mnemonic is not (Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movdqu or Mnemonic.Lddqu);

    // rdi: FXSAVE area · rsi: operand · rdx: register slot · rcx: flags · r8: the host's own area.
    static void Emit(Bytes writer, in Instruction instruction)
    {
        var encoder = Encoder.Create(64, writer);
        void One(in Instruction i) => encoder.Encode(i, 0);
        One(Instruction.Create(Code.Fxrstor64_m512byte, new MemoryOperand(Register.RDI)));
        One(Instruction.Create(Code.Mov_r32_rm32, Register.EAX, new MemoryOperand(Register.RDX)));
        One(Instruction.Create(Code.Push_rm64, new MemoryOperand(Register.RCX)));
        One(Instruction.Create(Code.Popfq));
        One(instruction);
        One(Instruction.Create(Code.Pushfq));
        One(Instruction.Create(Code.Pop_rm64, new MemoryOperand(Register.RCX)));
        One(Instruction.Create(Code.Mov_rm32_r32, new MemoryOperand(Register.RDX), Register.EAX));
        One(Instruction.Create(Code.Fxsave64_m512byte, new MemoryOperand(Register.RDI)));
        // What callers count on (System V ABI, section 3.2.1): an empty x87 stack, its control word as after FNINIT, and MXCSR. No SSE register of theirs.
        One(Instruction.Create(Code.Fninit));
        One(Instruction.Create(Code.Ldmxcsr_m32, new MemoryOperand(Register.R8, 24)));
        One(Instruction.Create(Code.Retnq));
    }

    /// <summary>SSE and nothing of MMX.</summary>
    static bool IsLight(in Instruction i)
    {
        var any = false;
        for (var n = 0; n < i.OpCount; n++)
        {
            if (i.GetOpKind(n) != OpKind.Register) continue;
            if (i.GetOpRegister(n).IsMM()) return false;
            any |= i.GetOpRegister(n).IsXMM();
        }
        return any;
    }

    // The same places as above. All SSE registers of the host are the caller's to lose, so only its MXCSR is given back.
    static void EmitLight(Bytes writer, in Instruction instruction)
    {
        var encoder = Encoder.Create(64, writer);
        void One(in Instruction i) => encoder.Encode(i, 0);
        var registers = new HashSet<Register>();
        for (var n = 0; n < instruction.OpCount; n++)
            if (instruction.GetOpKind(n) == OpKind.Register && instruction.GetOpRegister(n).IsXMM()) registers.Add(instruction.GetOpRegister(n));
        static MemoryOperand At(Register register) => new(Register.RDI, 160 + 16 * register.GetNumber());
        foreach (var register in registers) One(Instruction.Create(Code.Movups_xmm_xmmm128, register, At(register)));
        One(Instruction.Create(Code.Ldmxcsr_m32, new MemoryOperand(Register.RDI, 24)));
        One(Instruction.Create(Code.Mov_r32_rm32, Register.EAX, new MemoryOperand(Register.RDX)));
        One(instruction);
        if (instruction.Mnemonic is Mnemonic.Comiss or Mnemonic.Comisd or Mnemonic.Ucomiss or Mnemonic.Ucomisd)
        {
            One(Instruction.Create(Code.Pushfq));
            One(Instruction.Create(Code.Pop_rm64, new MemoryOperand(Register.RCX)));
        }
        One(Instruction.Create(Code.Mov_rm32_r32, new MemoryOperand(Register.RDX), Register.EAX));
        One(Instruction.Create(Code.Stmxcsr_m32, new MemoryOperand(Register.RDI, 24)));
        if (instruction.Op0Kind == OpKind.Register && instruction.Op0Register.IsXMM())
            One(Instruction.Create(Code.Movups_xmmm128_xmm, At(instruction.Op0Register), instruction.Op0Register));
        One(Instruction.Create(Code.Ldmxcsr_m32, new MemoryOperand(Register.R8, 24)));
        One(Instruction.Create(Code.Retnq));
    }

    static nint Place(ReadOnlySpan<byte> code)
    {
        lock (s_gate)
        {
            if (s_arena == null)
            {
                // The same memory twice, once to write and once to run, so that no page is ever both.
                var file = SysMman.memfd_create("float-stubs", SysMman.MFD_CLOEXEC);
                if (file < 0 || SysMman.ftruncate(file, ArenaBytes) != 0) throw new IOException("No memory for host code.");
                s_arena = (byte*)SysMman.mmap(null, ArenaBytes, SysMman.PROT_READ | SysMman.PROT_WRITE, SysMman.MAP_SHARED, file, 0);
                s_run = (byte*)SysMman.mmap(null, ArenaBytes, SysMman.PROT_READ | SysMman.PROT_EXEC, SysMman.MAP_SHARED, file, 0);
                if ((nint)s_arena == -1 || (nint)s_run == -1) throw new IOException("No executable memory for host code.");
            }
            if (code.Length > StubBytesMax || s_used + StubBytesMax > ArenaBytes) return 0;
            code.CopyTo(new(s_arena + s_used, StubBytesMax));
            s_used += StubBytesMax;
            return (nint)(s_run + s_used - StubBytesMax);
        }
    }

    static byte* s_run;

    sealed class Bytes : CodeWriter
    {
        readonly List<byte> _bytes = [];

        internal ReadOnlySpan<byte> Written => CollectionsMarshal.AsSpan(_bytes);

        public override void WriteByte(byte value) => _bytes.Add(value);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_host);
}
