using Iced.Intel;
using RemoteChain.Emulator.Cpu;

namespace RemoteChain.Emulator.Tests;

/// <summary>A machine in flat protected mode without paging, for running a few instructions at a time.</summary>
sealed unsafe class Bench : IDisposable
{
    internal const uint CodeAt = 0x10000, StackAt = 0x80000, DirectoryAt = 0x20000, TableAt = 0x21000, GdtAt = 0x30000, IdtAt = 0x31000;

    // SAFETY: the state belongs to the machine's core and is used only while the bench lives.
    internal Bench(long bytes = 16 << 20)
    {
        Machine = new(new() { MemoryBytes = bytes, Serial = Sent.Add });
        var core = Machine.Core;
        State->Cr0 |= Core.ProtectionOn;
        WriteTable([0, 0, 0x00CF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF, 0x00CF_FB00_0000_FFFF, 0x00CF_F300_0000_FFFF]);
        State->Gdt = new() { Base = GdtAt, Limit = 255 };
        State->Cs = Core.Unpack(0x10, 0x0000_FFFF, 0x00CF_9B00);
        foreach (var segment in (int[])[Core.Es, Core.Ss, Core.Ds, Core.Fs, Core.Gs]) core.Segments[segment] = Core.Unpack(0x18, 0x0000_FFFF, 0x00CF_9300);
        State->Cr4 = 1 << 9;
        State->Gpr[Core.Sp] = StackAt;
        core.ModeChanged();
    }

    internal Machine Machine { get; }

    internal CpuState* State => Machine.Core.State;

    internal List<byte> Sent { get; } = [];

    internal void WriteTable(ReadOnlySpan<ulong> descriptors)
    {
        for (var i = 0; i < descriptors.Length; i++) Write32(GdtAt + (uint)i * 8, (uint)descriptors[i]);
        for (var i = 0; i < descriptors.Length; i++) Write32(GdtAt + (uint)i * 8 + 4, (uint)(descriptors[i] >> 32));
    }

    internal void Write32(uint address, uint value) => BitConverter.TryWriteBytes(Machine.Memory.Span(address, 4), value);

    internal uint Read32(uint address) => BitConverter.ToUInt32(Machine.Memory.Span(address, 4));

    /// <summary>Interrupt gates for all 32 exceptions: each handler is a HLT of its own, so that where it halts says which came.</summary>
    internal void HaltOnExceptions()
    {
        for (uint vector = 0; vector < 64; vector++)
        {
            var handler = 0x40000 + vector * 16;
            Machine.Memory.Span(handler, 1)[0] = 0xF4;
            Write32(IdtAt + vector * 8, (0x10 << 16) | (handler & 0xFFFF));
            Write32(IdtAt + vector * 8 + 4, (handler & 0xFFFF_0000) | 0xEE00);
        }
        State->Idt = new() { Base = IdtAt, Limit = 64 * 8 - 1 };
    }

    /// <summary>The vector whose handler halted the machine; -1 = none.</summary>
    internal int Halted => State->Halted != 0 && State->Ip >= 0x40000 && State->Ip < 0x40400 ? (int)(State->Ip - 0x40000) / 16 : -1;

    /// <summary>Assembles at an address and points the processor there.</summary>
    internal int Assemble(Action<Assembler> write, uint at = CodeAt)
    {
        Assembler assembler = new(32);
        write(assembler);
        List<byte> bytes = [];
        assembler.Assemble(new Writer(bytes), at);
        bytes.ToArray().CopyTo(Machine.Memory.Span(at, bytes.Count));
        State->Ip = at;
        return bytes.Count;
    }

    internal MachineStop Run(long instructions) => Machine.Run(Machine.Count + instructions);

    public void Dispose() => Machine.Dispose();

    internal sealed class Writer(List<byte> bytes) : CodeWriter
    {
        public override void WriteByte(byte value) => bytes.Add(value);
    }
}
