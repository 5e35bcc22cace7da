namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>Where everything is, on both sides: in the process that executes a case, and in the guest that emulates it.</summary>
static class CaseLayout
{
    /// <summary>A window of pages: a hole, two to write to, a hole, one to read only.</summary>
    internal const uint Window = 0x2000_0000, Writable = Window + 0x1000, Middle = Window + 0x2000, End = Window + 0x3000, ReadOnly = Window + 0x4000;

    /// <summary>Two pages full of breakpoints, in which the instruction stands.</summary>
    internal const uint Code = 0x2000_8000, CodeMiddle = Code + 0x1000, CodeEnd = Code + 0x2000;

    /// <summary>Selectors of flat segments, those of Linux.</summary>
    internal const uint FlatCode = 0x23, FlatStack = 0x2B;

    /// <summary>Where the process that executes cases lies.</summary>
    internal const uint Program = 0x0804_0000, ProgramEnd = 0x0806_0000;

    internal const byte Breakpoint = 0xCC, Untouched = 0x5A;

    /// <summary>What a case brings along: the start of the writable pages, their middle, their end.</summary>
    internal static readonly (uint At, int Bytes)[] Parts = [(Writable, 64), (Middle - 128, 256), (End - 192, 192)];

    /// <summary>Entries of the local table; bits as modify_ldt takes them: 32-bit 1, contents 2 (0 data, 1 grows down, 2 code), read or execute only 8,
    /// pages 16, absent 32, usable 64.</summary>
    internal static readonly (uint Base, uint Limit, uint Bits)[] Local =
    [
        (Window, 0x2FFF, 0x41),
        (Window, 0x2FFF, 0x49),
        (Window, 0x17FF, 0x43),
        (Window, 0x2FFF, 0x40),
        (Code, 0x1FFF, 0x45),
        (Code, 0x1FFF, 0x44),
        (Code, 0x0FFF, 0x4D),
        (Window, 0x2FFF, 0x61),
        (Window, 0x17FF, 0x42),
        (Window, 2, 0x51),
        (Code, 0x08FF, 0x45),
        (Window, 0x1FFB, 0x41),
    ];

    /// <summary>Entries of <see cref="Local"/> by what they are good for.</summary>
    internal static readonly int[] Stacks = [0, 2, 3, 8, 9], Codes = [4, 6, 10];
    internal const int NarrowCode = 5;

    internal static uint Selector(int entry) => (uint)(entry * 8 + 7);

    internal static uint BaseOf(uint selector) => (selector & 4) != 0 && selector / 8 < Local.Length ? Local[selector / 8].Base : 0;

    /// <summary>The descriptor that modify_ldt makes of an entry.</summary>
    internal static ulong Descriptor((uint Base, uint Limit, uint Bits) entry)
    {
        var (start, limit, bits) = entry;
        var contents = (bits >> 1) & 3;
        var type = (contents << 2) | ((bits & 8) != 0 ? 0u : 2u) | 1;
        var high = (start & 0xFF00_0000) | ((start >> 16) & 0xFF) | (limit & 0xF_0000) | (type << 8) | 0x7000 | ((bits & 32) != 0 ? 0u : 0x8000)
            | ((bits & 64) != 0 ? 1u << 20 : 0) | ((bits & 1) << 22) | ((bits & 16) != 0 ? 1u << 23 : 0);
        return ((ulong)high << 32) | (start << 16) | (limit & 0xFFFF);
    }
}
