using System.Numerics;
using System.Runtime.InteropServices;
using RemoteChain.Emulator.Cpu;
using RemoteChain.Emulator.Memory;

namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>The other side: the emulated processor in user mode under PAE paging, with the same pages, segments and gates as the host process has.
/// Every exception ends in a HLT of its own, with what the processor pushed on the kernel's stack.</summary>
sealed unsafe class GuestProcess : IDisposable
{
    const uint Kernel = 0xC000_0000, GdtAt = 0x20000, IdtAt = 0x21000, TaskAt = 0x22000, LdtAt = 0x23000, HandlersAt = 0x24000, StackAt = 0x30000;
    const uint WindowAt = 0x20_0000, ReadOnlyAt = 0x20_2000, CodeAt = 0x20_3000;
    const uint FirstLevel = 0x10000, UserDirectory = 0x11000, UserTable = 0x12000, KernelDirectory = 0x13000;
    const ulong Present = 1, Writable = 2, User = 4, Large = 128, NoExecute = 1UL << 63;
    const long InstructionsMax = 200_000;

    readonly PhysicalMemory _memory = new(8 << 20);
    readonly Core _core;
    readonly Interpreter _engine;

    // SAFETY: the state belongs to the core, which lives as long as this; RAM is addressed inside its 8 MiB.
    internal GuestProcess()
    {
        _core = new(_memory, new NoPorts());
        _engine = new(_core);
        Map();
        WriteTables();
        var s = _core.State;
        s->Cr0 = 0x8005_0033;
        // PSE, PAE, OSFXSR, OSXMMEXCPT; NX.
        s->Cr4 = 0x630;
        s->Efer = Core.NoExecuteOn;
        _core.LoadPageTables(FirstLevel);
        s->Gdt = new() { Base = Kernel + GdtAt, Limit = 0x3F };
        s->Idt = new() { Base = Kernel + IdtAt, Limit = 256 * 8 - 1 };
        _core.LoadLocalTable(0x08);
        _core.LoadTask(0x10);
    }

    CpuState* S => _core.State;

    Span<byte> Window => _memory.Span(WindowAt, 0x2000);

    /// <summary>Runs a case and overwrites it with what came of it.</summary>
    /// <returns>False when it never ended.</returns>
    internal bool Run(CaseSlot* slot)
    {
        Enter(slot);
        var before = Sum();
        EngineExit exit;
        var left = InstructionsMax;
        do
        {
            exit = _engine.Run(1000);
            left -= 1000;
        }
        while (exit == EngineExit.Count && left > 0);
        slot->Change = Sum() - before;
        Leave(slot);
        return exit == EngineExit.Halted;
    }

    /// <summary>Before a batch.</summary>
    internal void ClearWindow()
    {
        Window.Fill(CaseLayout.Untouched);
        _memory.Span(CodeAt, 0x2000).Fill(CaseLayout.Breakpoint);
        _core.Mmu.WrittenByDevice(CodeAt, 0x2000);
    }

    uint Sum()
    {
        var words = MemoryMarshal.Cast<byte, uint>(Window);
        var code = MemoryMarshal.Cast<byte, uint>(_memory.Span(CodeAt, 0x2000));
        var total = Vector<uint>.Zero;
        for (var n = 0; n < words.Length; n += Vector<uint>.Count)
            total += (new Vector<uint>(words[n..]) + 3 * new Vector<uint>(code[n..])) * new Vector<uint>(s_weights, n);
        return Vector.Sum(total);
    }

    static readonly uint[] s_weights = [.. Enumerable.Range(0, 0x800).Select(n => (uint)(2 * n + 1))];

    void Enter(CaseSlot* slot)
    {
        var at = 0;
        foreach (var (start, bytes) in CaseLayout.Parts)
        {
            new Span<byte>(slot->Memory + at, bytes).CopyTo(_memory.Span(WindowAt + (start - CaseLayout.Writable), bytes));
            at += bytes;
        }
        for (uint n = 0; n < slot->CodeBytes; n++) _core.Mmu.StorePhysical(CodeAt + (slot->CodeAt - CaseLayout.Code) + n, 1, slot->Code[n]);
        for (var n = 0; n < 8; n++) S->Gpr[n] = slot->Gpr[n];
        new Span<byte>(slot->Float, CaseSlot.FloatBytes).CopyTo(new(S->Float, CaseSlot.FloatBytes));
        S->Ip = slot->Ip;
        S->Halted = S->Inhibit = 0;
        S->Cpl = 3;
        Flags.Set(S, slot->Flags | Flags.Interrupt);
        (S->Es, S->Cs, S->Ss) = (Load(slot->Es), Load(slot->Cs), Load(slot->Ss));
        (S->Ds, S->Fs, S->Gs) = (Load(slot->Ds), Load(slot->Fs), Load(slot->Gs));
        _core.ModeChanged();
    }

    Segment Load(uint selector)
    {
        if ((selector & ~3u) == 0) return new() { Selector = selector };
        var (low, high) = _core.ReadDescriptor(selector, GuestFault.Protection);
        return Core.Unpack(selector, low, high);
    }

    void Leave(CaseSlot* slot)
    {
        for (var n = 0; n < 8; n++) slot->Gpr[n] = (uint)S->Gpr[n];
        new Span<byte>(S->Float, CaseSlot.FloatBytes).CopyTo(new(slot->Float, CaseSlot.FloatBytes));
        slot->Trap = ((uint)S->Ip - Kernel - HandlersAt) / 16;
        var frame = (uint*)(_memory.Start + (uint)S->Gpr[Core.Sp] - Kernel);
        slot->Error = 0;
        if (slot->Trap is 8 or (>= 10 and <= 14) or 17) slot->Error = *frame++;
        if (slot->Trap < 256 && (uint)S->Gpr[Core.Sp] - Kernel is > StackAt - 64 and < StackAt)
            (slot->Ip, slot->Cs, slot->Flags, slot->Gpr[4], slot->Ss) = (frame[0], frame[1] & 0xFFFF, frame[2], frame[3], frame[4] & 0xFFFF);
        (slot->Es, slot->Ds, slot->Fs, slot->Gs) = (S->Es.Selector, S->Ds.Selector, S->Fs.Selector, S->Gs.Selector);
        slot->Address = (uint)S->Cr2;
        for (uint n = 0; n < slot->CodeBytes; n++)
            _core.Mmu.StorePhysical(CodeAt + (slot->CodeAt - CaseLayout.Code) + n, 1, CaseLayout.Breakpoint);
        var at = 0;
        foreach (var (start, bytes) in CaseLayout.Parts)
        {
            _memory.Span(WindowAt + (start - CaseLayout.Writable), bytes).CopyTo(new(slot->Memory + at, bytes));
            at += bytes;
        }
    }

    void Map()
    {
        Write64(FirstLevel, UserDirectory | Present);
        Write64(FirstLevel + 3 * 8, KernelDirectory | Present);
        Write64(KernelDirectory, Present | Writable | Large);
        Write64(UserDirectory + 256 * 8, UserTable | Present | Writable | User);
        Write64(UserTable + 1 * 8, WindowAt | Present | Writable | User | NoExecute);
        Write64(UserTable + 2 * 8, (WindowAt + 0x1000) | Present | Writable | User | NoExecute);
        Write64(UserTable + 4 * 8, ReadOnlyAt | Present | User | NoExecute);
        Write64(UserTable + 8 * 8, CodeAt | Present | Writable | User);
        Write64(UserTable + 9 * 8, (CodeAt + 0x1000) | Present | Writable | User);
        ClearWindow();
        var fixedPage = _memory.Span(ReadOnlyAt, 0x1000);
        for (var n = 0; n < fixedPage.Length; n++) fixedPage[n] = (byte)n;
    }

    void WriteTables()
    {
        // Local table, task segment; the kernel's code and data; then a user's, where Linux has them.
        Write64(GdtAt + 8, Memory16(LdtAt, (uint)CaseLayout.Local.Length * 8 - 1, 0x82));
        Write64(GdtAt + 16, Memory16(TaskAt, 0x67, 0x89));
        Write64(GdtAt + 24, 0x00CF_9B00_0000_FFFF);
        Write64(GdtAt + 32, 0x00CF_FB00_0000_FFFF);
        Write64(GdtAt + 40, 0x00CF_F300_0000_FFFF);
        Write64(GdtAt + 48, 0x00CF_9300_0000_FFFF);
        for (var n = 0; n < CaseLayout.Local.Length; n++) Write64(LdtAt + (uint)n * 8, CaseLayout.Descriptor(CaseLayout.Local[n]));
        Write32(TaskAt + 4, Kernel + StackAt);
        Write32(TaskAt + 8, 0x30);
        // No port is allowed: the map of them begins behind the segment.
        Write32(TaskAt + 0x64, 0x68 << 16);
        for (uint vector = 0; vector < 256; vector++)
        {
            var handler = Kernel + HandlersAt + vector * 16;
            _memory.Span(HandlersAt + vector * 16, 1)[0] = 0xF4;
            var mayCall = vector is 3 or 4 ? 0xEE00u : 0x8E00u;
            Write32(IdtAt + vector * 8, (0x18 << 16) | (handler & 0xFFFF));
            Write32(IdtAt + vector * 8 + 4, (handler & 0xFFFF_0000) | mayCall);
        }
    }

    static ulong Memory16(uint at, uint limit, uint type)
    {
        var start = Kernel + at;
        return ((ulong)((start & 0xFF00_0000) | ((start >> 16) & 0xFF) | (type << 8)) << 32) | (start << 16) | limit;
    }

    void Write32(uint at, uint value) => BitConverter.TryWriteBytes(_memory.Span(at, 4), value);

    void Write64(uint at, ulong value) => BitConverter.TryWriteBytes(_memory.Span(at, 8), value);

    public void Dispose()
    {
        _engine.Dispose();
        _core.Dispose();
        _memory.Dispose();
    }

    sealed class NoPorts : IPorts
    {
        public uint Read(ushort port, int bytes) => uint.MaxValue;

        public void Write(ushort port, int bytes, uint value) { }
    }
}
