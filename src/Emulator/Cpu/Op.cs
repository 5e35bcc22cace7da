using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>One decoded instruction: 64 bytes, one cache line.</summary>
// SAFETY: Run is always set before an operation becomes reachable; Link and Other lead to blocks that are never freed one by one (their
// operations turn stale instead), and all are forgotten together.
[StructLayout(LayoutKind.Sequential)]
unsafe struct Op
{
    /// <summary>What the operation before it calls: the handler itself where it is chained, else <see cref="Chain.Enter"/>.</summary>
    internal Handler Run;

    /// <summary>The block that a jump leads to, once known. Only within one page, whose translation cannot change while it runs.</summary>
    internal Op* Link;

    /// <summary>The block behind the jump, likewise; the handler of an operation that is not chained.</summary>
    internal Op* Other;
    internal ulong Imm;
    internal uint Displacement;

    /// <summary>Offset of this instruction in its code segment.</summary>
    internal uint Ip;

    /// <summary>Offset of the instruction behind it.</summary>
    internal uint NextIp;

    /// <summary>Byte offsets into <see cref="CpuState.Gpr"/>.</summary>
    internal byte Destination, Source, Base, Index;
    internal byte Scale;

    /// <summary>Number of the segment register of the memory operand, in the order of the instruction set: ES CS SS DS FS GS.</summary>
    internal byte SegmentIndex;

    /// <summary>Bytes of the first operand.</summary>
    internal byte Width;

    /// <summary>Bytes of the second operand.</summary>
    internal byte SourceWidth;
    internal OpForm Form;

    /// <summary>2 or 4: bytes of an address.</summary>
    internal byte AddressBytes;

    /// <summary>Repeat prefix: 0, 0xF2 or 0xF3.</summary>
    internal byte Repeat;

    /// <summary>Condition of Jcc, SETcc, CMOVcc; otherwise free for the family.</summary>
    internal byte Condition;

    /// <summary>Instructions from this one to the end of the block, itself included: what a fault here gives back.</summary>
    internal ushort Left;

    /// <summary>1 while its binder chose a handler that calls the next operation itself.</summary>
    internal byte Chained;
    internal byte Unused;
}

/// <summary>Which operands are where.</summary>
[Flags]
enum OpForm : byte
{
    None = 0,
    FirstIsMemory = 1,
    SecondIsMemory = 2,
    SecondIsImmediate = 4,
}
