using System.Buffers.Binary;

namespace RemoteChain.Emulator.Boot;

/// <summary>Puts a processor where a boot loader leaves it: 32-bit protected mode, segments over all of memory, interrupts off.</summary>
static class FlatStart
{
    /// <summary>Selectors of code and data; the table behind them stays the guest's until it loads its own.</summary>
    internal const ushort CodeSelector = 0x10, DataSelector = 0x18;

    const int TableAt = 0x94000;

    /// <summary>Before the first instruction.</summary>
    /// <param name="machine">New, never run.</param>
    /// <param name="entry">The first instruction.</param>
    /// <param name="parameters">What register ESI holds.</param>
    internal static unsafe void Enter(Machine machine, uint entry, uint parameters)
    {
        const ulong code = 0x00CF_9B00_0000_FFFF, data = 0x00CF_9300_0000_FFFF;
        var table = machine.Memory.Span(TableAt, 32);
        BinaryPrimitives.WriteUInt64LittleEndian(table[CodeSelector..], code);
        BinaryPrimitives.WriteUInt64LittleEndian(table[DataSelector..], data);
        var core = machine.Core;
        // SAFETY: the state belongs to the core, which lives as long as the machine.
        var s = core.State;
        s->Gdt = new() { Base = TableAt, Limit = 31 };
        s->Idt = default;
        s->Cr0 |= Core.ProtectionOn;
        s->Cs = Core.Unpack(CodeSelector, unchecked((uint)code), (uint)(code >> 32));
        foreach (var segment in (ReadOnlySpan<int>)[Core.Es, Core.Ss, Core.Ds, Core.Fs, Core.Gs])
            core.Segments[segment] = Core.Unpack(DataSelector, unchecked((uint)data), (uint)(data >> 32));
        for (var i = 0; i < 8; i++) s->Gpr[i] = 0;
        s->Gpr[Core.Si] = parameters;
        s->Ip = entry;
        core.ModeChanged();
    }
}
