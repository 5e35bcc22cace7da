using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>One case: an instruction, all that it starts from, and in the same place all that it leaves behind. The layout is processor.cpp's.</summary>
// SAFETY: fixed buffers are used inside their lengths; the struct has no references, so it may lie in shared memory.
[StructLayout(LayoutKind.Sequential)]
unsafe struct CaseSlot
{
    internal const int FloatBytes = 512, MemoryBytes = 512, CodeBytesMax = 32;

    /// <summary>In the order of the instruction set.</summary>
    internal fixed uint Gpr[8];
    internal uint Ip, Flags;

    /// <summary>Selectors.</summary>
    internal uint Es, Cs, Ss, Ds, Fs, Gs;

    /// <summary>How it ended: vector, error code, address of a page fault.</summary>
    internal uint Trap, Error, Address, Signal;

    /// <summary>Linear address and length of the code.</summary>
    internal uint CodeAt, CodeBytes;

    /// <summary>By how much a weighted sum over window and code changed.</summary>
    internal uint Change;
    internal uint Unused;
    internal fixed byte Code[CodeBytesMax];

    /// <summary>As FXSAVE stores it.</summary>
    internal fixed byte Float[FloatBytes];

    /// <summary>The three parts of the window (<see cref="CaseLayout.Parts"/>), one behind the other.</summary>
    internal fixed byte Memory[MemoryBytes];
    internal fixed byte Spare[128];
}
