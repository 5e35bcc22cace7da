using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>The whole state of a processor: one block of native memory of fixed layout without managed references, so that generated code
/// can address it and a snapshot is a copy. Registers are 64 bits wide; a 32-bit guest uses the lower halves.</summary>
// SAFETY: fixed buffers are indexed by register numbers below their lengths only.
[StructLayout(LayoutKind.Sequential)]
unsafe struct CpuState
{
    /// <summary>How many bytes the floating point area takes (Intel SDM volume 1, section 10.5.1, FXSAVE).</summary>
    internal const int FloatBytes = 512;

    /// <summary>The register that is always zero: stands in for a base or an index that an address does not have.</summary>
    internal const int NoRegister = 16;

    /// <summary>Floating point, MMX and SSE registers as FXSAVE stores them. First, because it must lie on 16 bytes. What is not SSE's is old while the
    /// host's unit holds it (<see cref="UnitAway"/>).</summary>
    internal fixed byte Float[FloatBytes];

    internal fixed ulong Gpr[NoRegister + 1];

    /// <summary>Where the next block begins; inside a block the operation's own address counts.</summary>
    internal ulong Ip;

    /// <summary>The last result, extended with its sign; zero and sign flag come from it (see <see cref="Flags"/>).</summary>
    internal ulong FlagResult;

    /// <summary>Carries of the last result (see <see cref="Flags"/>).</summary>
    internal uint FlagCarries;

    /// <summary>Every bit of EFLAGS except the six arithmetic ones.</summary>
    internal uint SystemFlags;

    /// <summary>Instructions that may still run in this slice.</summary>
    internal long Countdown;

    /// <summary>The translations of the privilege in force.</summary>
    internal TlbEntry* Tlb;

    /// <summary>Generation and mode that an entry of the table of jump targets must carry to be believed.</summary>
    internal ulong CodeStamp;

    /// <summary>What an entry must carry besides the offset: the base of the code segment, in the upper half.</summary>
    internal ulong CodeBase;

    internal JumpEntry* Jumps;

    /// <summary>The operation that runs, as far as it may fault.</summary>
    internal Op* At;

    /// <summary>1 while every access is looked at: alignment checks or data breakpoints are on.</summary>
    internal uint Strict;

    /// <summary>0 while the host's own unit holds the guest's x87 and MMX registers (<see cref="NativeFloat"/>), else 1.</summary>
    internal uint UnitAway;

    /// <summary>MXCSR as .NET has it, for host code that borrowed it.</summary>
    internal uint HostSimdControl;

    /// <summary>Arithmetic flags on their way into host code and out of it.</summary>
    internal ulong HostFlags;

    internal Segment Es, Cs, Ss, Ds, Fs, Gs, Ldt, Task;
    internal TableRegister Gdt, Idt;
    internal ulong Cr0, Cr2, Cr3, Cr4, Efer;

    /// <summary>The four entries of the first level of PAE paging, as they were when CR3 was loaded.</summary>
    internal fixed ulong Directories[4];
    internal fixed ulong Debug[8];
    internal ulong SysenterCs, SysenterSp, SysenterIp, TscOffset, PageAttributes;

    /// <summary>Current privilege level, 0 to 3.</summary>
    internal uint Cpl;

    /// <summary>1 while HLT waits for an interrupt.</summary>
    internal uint Halted;

    /// <summary>1 for one instruction after STI and MOV SS: no interrupt in between.</summary>
    internal uint Inhibit;
}

/// <summary>A segment register with the hidden part that a load from a descriptor left in it.</summary>
struct Segment
{
    internal const uint Present = 1 << 15, NotSystem = 1 << 12, Code = 1 << 11, ExpandDownOrConforming = 1 << 10, WriteOrRead = 1 << 9;
    internal const uint Big = 1 << 22;

    internal ulong Base;
    internal uint Limit;

    /// <summary>The second word of the descriptor without base and limit: type, S, DPL, P, AVL, D/B, G at their places.</summary>
    internal uint Access;
    internal uint Selector;

    /// <summary>1 for a present, writable segment whose limit is the whole address space: nothing to check at an access.</summary>
    internal uint Open;

    internal readonly bool IsFlat => Open != 0 && Base == 0;

    internal readonly bool IsBig => (Access & Big) != 0;
}

/// <summary>GDTR or IDTR.</summary>
struct TableRegister
{
    internal ulong Base;
    internal uint Limit;
}

/// <summary>One page's translation. A tag is the page's linear address, or <see cref="Never"/>.</summary>
struct TlbEntry
{
    /// <summary>No page has this address: its lower bits are not zero.</summary>
    internal const ulong Never = 1;

    internal ulong ReadTag;

    /// <summary>Not set for a page that is still clean or holds decoded code, so that the first write takes the slow way.</summary>
    internal ulong WriteTag;

    /// <summary>Added to a linear address this gives the host address.</summary>
    internal nint Offset;
    internal nint Unused;
}

/// <summary>One entry of the table of jump targets.</summary>
unsafe struct JumpEntry
{
    // SAFETY: Block is used only when the stamp is the current one, and a flush of the block memory changes the stamp.
    /// <summary>Offset and, in the upper half, the base of its segment.</summary>
    internal ulong Place;
    internal ulong Stamp;
    internal Op* Block;
    internal ulong Unused;
}
