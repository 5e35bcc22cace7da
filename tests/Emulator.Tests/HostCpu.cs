using System.Runtime.InteropServices;
using Iced.Intel;
using RemoteChain.Emulator.Native;

namespace RemoteChain.Emulator.Tests;

/// <summary>The oracle: runs one instruction on the processor under us, with given registers, flags and floating point state. Memory operands lie
/// below 4 GiB at the address that the guest uses too, so registers are equal on both sides.</summary>
sealed unsafe class HostCpu : IDisposable
{
    internal const ulong WindowAt = 0x2000_0000;
    internal const int WindowBytes = 0x4000;
    const int CodeBytes = 4096, MapFixedNoReplace = 0x100000, MapPrivate = 2, MapAnonymous = 0x20;

    readonly byte* _code;

    // SAFETY: a page of our own for code, and a window at an address that nothing had before.
    internal HostCpu()
    {
        _code = (byte*)SysMman.mmap(null, CodeBytes, SysMman.PROT_READ | SysMman.PROT_WRITE | SysMman.PROT_EXEC, MapPrivate | MapAnonymous, -1, 0);
        var window = SysMman.mmap((void*)WindowAt, WindowBytes, SysMman.PROT_READ | SysMman.PROT_WRITE,
            MapPrivate | MapAnonymous | MapFixedNoReplace, -1, 0);
        if ((nint)_code == -1 || (ulong)window != WindowAt) throw new IOException("No room for the oracle's code and window.");
    }

    internal static Span<byte> Window => new((void*)WindowAt, WindowBytes);

    /// <summary>Registers in the order of the instruction set, flags, and a FXSAVE area.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Frame
    {
        internal fixed ulong Gpr[8];
        internal ulong Flags;
        internal ulong Unused;
    }

    internal void Run(in Instruction instruction, Frame* frame, byte* floats)
    {
        List<byte> bytes = [];
        var encoder = Encoder.Create(64, new Writer(bytes));
        void One(in Instruction i) => encoder.Encode(i, 0);
        foreach (var saved in (Register[])[Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15])
            One(Instruction.Create(Code.Push_r64, saved));
        One(Instruction.Create(Code.Mov_r64_rm64, Register.R15, Register.RDI));
        One(Instruction.Create(Code.Mov_r64_rm64, Register.R13, Register.RSI));
        One(Instruction.Create(Code.Mov_r64_rm64, Register.R12, Register.RDX));
        // The stack stays the host's: ESP is a register of the instruction in no test.
        One(Instruction.Create(Code.Fxsave64_m512byte, new MemoryOperand(Register.R12)));
        One(Instruction.Create(Code.Fxrstor64_m512byte, new MemoryOperand(Register.R13)));
        One(Instruction.Create(Code.Push_rm64, new MemoryOperand(Register.R15, 64)));
        One(Instruction.Create(Code.Popfq));
        for (var n = 0; n < 8; n++)
            if (n != 4) One(Instruction.Create(Code.Mov_r64_rm64, Register.RAX + n, new MemoryOperand(Register.R15, n * 8)));
        One(instruction);
        One(Instruction.Create(Code.Pushfq));
        One(Instruction.Create(Code.Pop_rm64, new MemoryOperand(Register.R15, 64)));
        One(Instruction.Create(Code.Cld));
        for (var n = 0; n < 8; n++)
            if (n != 4) One(Instruction.Create(Code.Mov_rm64_r64, new MemoryOperand(Register.R15, n * 8), Register.RAX + n));
        One(Instruction.Create(Code.Fxsave64_m512byte, new MemoryOperand(Register.R13)));
        One(Instruction.Create(Code.Fxrstor64_m512byte, new MemoryOperand(Register.R12)));
        foreach (var saved in (Register[])[Register.R15, Register.R14, Register.R13, Register.R12, Register.RBP, Register.RBX])
            One(Instruction.Create(Code.Pop_r64, saved));
        One(Instruction.Create(Code.Retnq));
        CollectionsMarshal.AsSpan(bytes).CopyTo(new(_code, CodeBytes));
        var spare = (byte*)NativeMemory.AlignedAlloc(512, 64);
        ((delegate* unmanaged<Frame*, byte*, byte*, void>)_code)(frame, floats, spare);
        NativeMemory.AlignedFree(spare);
    }

    public void Dispose()
    {
        SysMman.munmap(_code, CodeBytes);
        SysMman.munmap((void*)WindowAt, WindowBytes);
    }

    sealed class Writer(List<byte> bytes) : CodeWriter
    {
        public override void WriteByte(byte value) => bytes.Add(value);
    }
}
