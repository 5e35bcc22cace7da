using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>One processor: its state, its memory, its ports, and the steps that more than one family of instructions takes.</summary>
/// <remarks>This file holds state, stack and mode; <c>Core.Segments.cs</c> descriptors; <c>Core.Interrupts.cs</c> the way into handlers and
/// back; <c>Core.Transfers.cs</c> far jumps, calls and returns; <c>Core.Tasks.cs</c> task switches; <c>Core.Watch.cs</c> alignment and breakpoints.</remarks>
sealed unsafe partial class Core : IDisposable
{
    /// <summary>Lower bits of <see cref="CpuState.CodeStamp"/> that say how code is decoded.</summary>
    internal const int ModeBits = 4;
    internal const ulong CodeBig = 1, DataFlat = 2;
    internal const ulong ProtectionOn = 1, TaskSwitched = 8, NumericError = 32, PagingOn = 1UL << 31;

    /// <summary>PAE in CR4, and NX in the register of extended features.</summary>
    internal const ulong WidePages = 1 << 5, NoExecuteOn = 1 << 11;
    internal const int Ax = 0, Cx = 1, Dx = 2, Bx = 3, Sp = 4, Bp = 5, Si = 6, Di = 7;
    internal const int Es = 0, Cs = 1, Ss = 2, Ds = 3, Fs = 4, Gs = 5;
    const int JumpEntries = 8192;

    /// <summary>What <see cref="CpuState.Strict"/> is made of.</summary>
    internal const uint StrictAlignment = 1, StrictWatch = 2;

    long _sliceEnd;
    uint _codeLimit = 0xFFFF;

    // SAFETY: state and jump table are native memory made here and freed in Dispose; nobody keeps them longer than the core.
    internal Core(PhysicalMemory memory, IPorts ports)
    {
        Memory = memory;
        Ports = ports;
        State = (CpuState*)NativeMemory.AlignedAlloc((nuint)sizeof(CpuState), 64);
        NativeMemory.Clear(State, (nuint)sizeof(CpuState));
        State->Jumps = (JumpEntry*)NativeMemory.AllocZeroed(JumpEntries, (nuint)sizeof(JumpEntry));
        State->CodeStamp = 1 << ModeBits;
        Mmu = new(memory, State);
        Float = new(this);
        Reset();
    }

    internal CpuState* State { get; }

    internal Mmu Mmu { get; }

    internal PhysicalMemory Memory { get; }

    internal IPorts Ports { get; }

    internal NativeFloat Float { get; }

    /// <summary>True while the interrupt controller has something for this processor.</summary>
    internal bool InterruptLine { get; set; }

    /// <summary>Asks the interrupt controller which one.</summary>
    internal Func<int> AcknowledgeInterrupt { get; set; } = () => 0xFF;

    /// <summary>Set by a device whose next event moved forward: the engine comes back soon.</summary>
    internal bool EventMoved { get; set; }

    /// <summary>Instructions done since the start, plus the time that was skipped while halted: the only clock of the guest.</summary>
    /// <remarks>Inside a handler it is exact after <see cref="StampNow"/>.</remarks>
    internal long Now => _sliceEnd - State->Countdown;

    /// <summary>The exact instruction count at the operation that runs, for everything that shows time to the guest.</summary>
    internal long StampNow(Op* o)
    {
        Instant = _sliceEnd - State->Countdown - o->Left;
        return Instant;
    }

    /// <summary>The count between two slices.</summary>
    internal long StampBoundary()
    {
        Instant = Now;
        return Instant;
    }

    /// <summary>The count at the last <see cref="StampNow"/> or slice boundary.</summary>
    internal long Instant { get; private set; }

    internal void BeginSlice(long instructions)
    {
        _sliceEnd = Now + instructions;
        State->Countdown = instructions;
        Instant = Now;
    }

    /// <summary>Makes what is left of the slice shorter, or longer again; the moment stays.</summary>
    internal void HoldBack(long instructions)
    {
        _sliceEnd -= instructions;
        State->Countdown -= instructions;
    }

    /// <summary>Ends the slice here: gives back what has not run.</summary>
    internal void EndSlice()
    {
        _sliceEnd -= State->Countdown;
        State->Countdown = 0;
        Instant = Now;
    }

    /// <summary>When a device whose registers lie in memory does what the operation that runs wants of it: at a count that depends on that operation
    /// alone, behind the end of its block, between two slices. Ports end a block, stores do not: what a store did at once would be noticed wherever the
    /// chain of blocks happens to end.</summary>
    internal long Soon()
    {
        const long soonInstructions = 1000;
        var due = _sliceEnd - State->Countdown - (State->At != null ? State->At->Left : 0) + soonInstructions;
        if (_sliceEnd > due)
        {
            State->Countdown -= _sliceEnd - due;
            _sliceEnd = due;
        }
        EventMoved = true;
        return due;
    }

    /// <summary>Lets time pass without instructions, while halted.</summary>
    internal void Skip(long instructions)
    {
        _sliceEnd += instructions;
        Instant = Now;
    }

    /// <summary>The state after power-on (SDM volume 3, section 10.1.1).</summary>
    internal void Reset()
    {
        var s = State;
        for (var i = 0; i < CpuState.NoRegister; i++) s->Gpr[i] = 0;
        s->Gpr[Dx] = Ops.SystemOps.Signature;
        s->Ip = 0xFFF0;
        Flags.Set(s, 0);
        s->Cr0 = 0x6000_0010;
        s->Cr2 = s->Cr3 = s->Cr4 = s->Efer = 0;
        for (var i = 0; i < 4; i++) s->Debug[i] = s->Directories[i] = 0;
        (s->Debug[6], s->Debug[7]) = (0xFFFF_0FF0, 0x400);
        s->Cpl = s->Halted = s->Inhibit = 0;
        for (var i = 0; i < 6; i++) Segments[i] = new() { Limit = 0xFFFF, Access = 0x9300 };
        s->Cs = new() { Selector = 0xF000, Base = 0xFFFF_0000, Limit = 0xFFFF, Access = 0x9B00 };
        s->Ldt = new() { Limit = 0xFFFF, Access = 0x8200 };
        s->Task = new() { Limit = 0xFFFF, Access = 0x8B00 };
        s->Gdt = s->Idt = new() { Limit = 0xFFFF };
        s->PageAttributes = 0x0007_0406_0007_0406;
        Float.Reset();
        ModeChanged();
    }

    internal Segment* Segments => &State->Es;

    internal bool IsProtected => (State->Cr0 & ProtectionOn) != 0;

    /// <summary>Virtual-8086 mode: real mode's segments under protected mode's rights.</summary>
    internal bool IsVirtual => (State->SystemFlags & Flags.Virtual) != 0;

    /// <summary>Segment registers hold selectors of descriptors.</summary>
    internal bool UsesSelectors => IsProtected && !IsVirtual;

    /// <summary>After every change of segments, CR0, privilege, AC or DR7: how code is decoded and which translations hold.</summary>
    internal void ModeChanged()
    {
        var s = State;
        const ulong alignmentMask = 1 << 18;
        var aligned = (s->SystemFlags & Flags.AlignmentCheck) != 0 && (s->Cr0 & alignmentMask) != 0 && s->Cpl == 3;
        s->Strict = (aligned ? StrictAlignment : 0) | (s->Debug[7] & 0xFF) switch { 0 => 0, _ => StrictWatch };
        s->CodeBase = (ulong)(uint)s->Cs.Base << 32;
        // Known places of limited code were checked against the limit that was in force.
        if (s->Cs.Limit != uint.MaxValue && s->Cs.Limit != _codeLimit)
        {
            _codeLimit = s->Cs.Limit;
            s->CodeStamp += 1 << ModeBits;
        }
        var flat = s->Strict == 0 && s->Ds.IsFlat && s->Es.IsFlat && s->Ss.IsFlat && s->Ss.IsBig && s->Cs.Base == 0 && s->Cs.Limit == uint.MaxValue;
        var mode = (s->Cs.IsBig ? CodeBig : 0) | (flat ? DataFlat : 0);
        s->CodeStamp = (s->CodeStamp & ~((1UL << ModeBits) - 1)) | mode;
        Mmu.UsePrivilege();
    }

    /// <summary>MOV to CR3, and what acts like it.</summary>
    internal void LoadPageTables(ulong cr3)
    {
        if ((State->Cr0 & PagingOn) != 0 && (State->Cr4 & WidePages) != 0)
        {
            const ulong reserved = 0xFFFF_FFF0_0000_01E6;
            Span<ulong> entries = stackalloc ulong[4];
            for (var n = 0; n < 4; n++)
            {
                entries[n] = Memory.Read64((cr3 & ~31UL) + (ulong)(n * 8));
                if ((entries[n] & 1) != 0 && (entries[n] & reserved) != 0) throw new GuestFault(GuestFault.Protection);
            }
            for (var n = 0; n < 4; n++) State->Directories[n] = entries[n];
        }
        State->Cr3 = cr3;
        Mmu.Flush();
    }

    /// <summary>Continues at a place in the same segment: its block if it was met before, else null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Op* Go(CpuState* s, ulong ip)
    {
        s->Ip = ip;
        var entry = s->Jumps + (ip & (JumpEntries - 1));
        return entry->Place == (s->CodeBase | ip) && entry->Stamp == s->CodeStamp ? entry->Block : null;
    }

    /// <summary>Likewise for a place that may lie beyond the segment's end.</summary>
    internal Op* Jump(uint ip)
    {
        DemandInCode(ip);
        return Go(State, ip);
    }

    /// <summary>Refuses a target beyond the end of the code segment: the fault belongs to the jump.</summary>
    internal void DemandInCode(uint ip)
    {
        if (ip > State->Cs.Limit) throw new GuestFault(GuestFault.Protection);
    }

    internal void RememberJump(ulong ip, Op* block)
    {
        State->Jumps[ip & (JumpEntries - 1)] = new() { Place = State->CodeBase | ip, Stamp = State->CodeStamp, Block = block };
    }

    internal void ForgetJump(ulong ip) => State->Jumps[ip & (JumpEntries - 1)] = default;

    internal uint Get32(int register) => (uint)State->Gpr[register];

    internal void Set32(int register, uint value) => State->Gpr[register] = value;

    /// <summary>Where the stack's top is, at a distance, as a linear address; checked.</summary>
    internal ulong StackAddress(int distance, int bytes, bool write)
    {
        var offset = StackOffset(distance);
        return Linear(Ss, offset, bytes, write);
    }

    uint StackOffset(int distance)
    {
        var offset = (uint)State->Gpr[Sp] + (uint)distance;
        return State->Ss.IsBig ? offset : (ushort)offset;
    }

    internal void MoveStack(int distance)
    {
        if (State->Ss.IsBig) State->Gpr[Sp] = (uint)((uint)State->Gpr[Sp] + (uint)distance);
        else *(ushort*)&State->Gpr[Sp] = (ushort)(State->Gpr[Sp] + (ulong)distance);
    }

    internal void Push(ulong value, int bytes)
    {
        Access.Store(this, State, StackAddress(-bytes, bytes, write: true), bytes, value);
        MoveStack(-bytes);
    }

    /// <summary>Refuses now what <see cref="Push"/> would refuse.</summary>
    internal void DemandPush(int bytes) => Mmu.CheckWrite(StackAddress(-bytes, bytes, write: true), bytes);

    internal ulong Pop(int bytes)
    {
        var value = Peek(0, bytes);
        MoveStack(bytes);
        return value;
    }

    internal ulong Peek(int distance, int bytes) => Access.Load(this, State, StackAddress(distance, bytes, write: false), bytes);

    /// <summary>Reads a descriptor table or a task segment: always with the supervisor's rights.</summary>
    internal uint SystemLoad(ulong linear, int bytes)
    {
        uint value = 0;
        for (var i = 0; i < bytes; i++)
            value |= (uint)Mmu.LoadPhysical(Mmu.Translate((uint)(linear + (ulong)i), write: false, user: false), 1) << (8 * i);
        return value;
    }

    /// <summary>Writes a task segment: likewise.</summary>
    internal void SystemStore(ulong linear, int bytes, uint value)
    {
        for (var i = 0; i < bytes; i++)
            Mmu.StorePhysical(Mmu.Translate((uint)(linear + (ulong)i), write: true, user: false), 1, (byte)(value >> (8 * i)));
    }

    /// <summary>Refuses what only the kernel may do.</summary>
    internal void DemandKernel()
    {
        if (State->Cpl != 0) throw new GuestFault(GuestFault.Protection);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Float.Dispose();
        Mmu.Dispose();
        NativeMemory.Free(State->Jumps);
        NativeMemory.AlignedFree(State);
    }
}
