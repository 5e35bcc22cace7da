using RemoteChain.Emulator.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Tests;

/// <summary>What a kernel does with its rights, and no program can try on the processor under us: task switches, call gates, breakpoints,
/// virtual-8086 mode.</summary>
public sealed unsafe class ProtectionTests : IDisposable
{
    const uint TaskA = 0x32000, TaskB = 0x33000, InnerStack = 0x70000, UserStack = 0x60000, UserCode = 0x11000;
    const ulong KernelCode = 0x00CF_9B00_0000_FFFF, KernelData = 0x00CF_9300_0000_FFFF, UserCodeEntry = 0x00CF_FB00_0000_FFFF, UserDataEntry = 0x00CF_F300_0000_FFFF;

    readonly Bench _bench = new();

    public ProtectionTests()
    {
        _bench.HaltOnExceptions();
        // 10 and 18 kernel, 20 and 28 user, 30 and 38 tasks, 40 a call gate for everybody that copies two words, 48 a task gate.
        const ulong busy = 0x200UL << 32;
        _bench.WriteTable([0, 0, KernelCode, KernelData, UserCodeEntry, UserDataEntry, Task(TaskA) | busy, Task(TaskB), CallGate(0x10, 0x12000, 2), 0x0000_E500_0038_0000]);
        _bench.Write32(TaskA + 4, InnerStack);
        _bench.Write32(TaskA + 8, 0x18);
        var (low, high) = _bench.Machine.Core.ReadDescriptor(0x30, GuestFault.Protection);
        _bench.State->Task = Core.Unpack(0x30, low, high);
    }

    static ulong Task(uint at) => 0x0000_8900_0000_0067 | ((ulong)at << 16);

    static ulong CallGate(uint selector, uint target, uint words) =>
        ((ulong)((target & 0xFFFF_0000) | 0xEC00 | words) << 32) | (selector << 16) | (target & 0xFFFF);

    [Theory]
    [InlineData(0x38)]
    [InlineData(0x48)]
    public void Task_CalledBySegmentOrGate_RunsAndReturnsToItsCaller(int selector)
    {
        WriteTask(TaskB, 0x13000, 0x0000_0002, 0x10, 0x18);
        _bench.Assemble(a =>
        {
            a.inc(eax);
            a.iretd();
            // Called once more, the task goes on here.
            a.hlt();
        }, 0x13000);
        _bench.Assemble(a =>
        {
            a.mov(ebx, 0x77);
            a.call((ushort)selector, 0);
            a.add(ebx, 1);
            a.hlt();
        });
        _bench.Run(20);

        Assert.Equal(1u, _bench.State->Halted);
        Assert.Equal(0x78u, (uint)_bench.State->Gpr[Core.Bx]);
        Assert.Equal(0x30u, _bench.State->Task.Selector);
        Assert.Equal(1u, _bench.Read32(TaskB + 0x28));
        Assert.Equal(0x13002u, _bench.Read32(TaskB + 0x20));
        // The back link and the busy mark are as a call leaves them and a return takes them.
        Assert.Equal(0x30u, _bench.Read32(TaskB) & 0xFFFF);
        Assert.Equal(0u, _bench.Read32(Bench.GdtAt + 0x38 + 4) & 0x200);
        Assert.NotEqual(0ul, _bench.State->Cr0 & Core.TaskSwitched);
    }

    [Fact]
    public void Task_WithADataSegmentThatIsNone_FaultsInTheNewTask()
    {
        WriteTask(TaskB, 0x13000, 2, 0x10, 0xF8);
        _bench.Write32(TaskB + 0x50, 0x18);
        _bench.Assemble(a => a.jmp(0x38, 0));
        _bench.Run(10);

        Assert.Equal(GuestFault.InvalidTask, _bench.Halted);
        Assert.Equal(0x38u, _bench.State->Task.Selector);
        Assert.Equal((0xF8u, 0x13000u), (_bench.Read32((uint)_bench.State->Gpr[Core.Sp]), _bench.Read32((uint)_bench.State->Gpr[Core.Sp] + 4)));
    }

    [Fact]
    public void CallGate_FromUserCode_CopiesArgumentsAndReturns()
    {
        _bench.Assemble(a =>
        {
            a.mov(eax, __dword_ptr[esp + 8]);
            a.mov(ecx, __dword_ptr[esp + 12]);
            a.mov(edx, esp);
            a.retf(8);
        }, 0x12000);
        _bench.Assemble(a =>
        {
            a.push(0x1111);
            a.push(0x2222);
            a.call(0x43, 0xFFFF_FFFF);
            a.hlt();
        }, UserCode);
        EnterUser();
        _bench.Run(8);

        Assert.Equal((0x2222u, 0x1111u), ((uint)_bench.State->Gpr[Core.Ax], (uint)_bench.State->Gpr[Core.Cx]));
        Assert.Equal(InnerStack - 24, (uint)_bench.State->Gpr[Core.Dx]);
        _bench.Run(2);
        // Back outside, where HLT is refused; the arguments are released there too.
        Assert.Equal(GuestFault.Protection, _bench.Halted);
        Assert.Equal(UserStack, _bench.Read32((uint)_bench.State->Gpr[Core.Sp] + 16));
    }

    [Fact]
    public void Breakpoint_OnData_TrapsBehindTheInstructionThatWrites()
    {
        _bench.Assemble(a =>
        {
            a.mov(eax, 0x50002);
            a.mov(dr0, eax);
            // Write, two bytes, local.
            a.mov(eax, 0x0005_0001);
            a.mov(dr7, eax);
            a.mov(eax, __dword_ptr[0x50000]);
            a.mov(__byte_ptr[0x50001], 1);
            a.mov(__byte_ptr[0x50003], 1);
            a.hlt();
        });
        var behind = (uint)_bench.State->Ip + 5 + 3 + 5 + 3 + 5 + 7 + 7;
        _bench.Run(20);

        Assert.Equal(GuestFault.Debug, _bench.Halted);
        Assert.Equal(behind, _bench.Read32((uint)_bench.State->Gpr[Core.Sp]));
        Assert.Equal(1u, (uint)_bench.State->Debug[6] & 0xF);
        Assert.Equal(1, _bench.Machine.Memory.Span(0x50003, 1)[0]);
    }

    [Fact]
    public void Breakpoint_OnAnInstruction_FaultsBeforeItAndLetsItRunAfterwards()
    {
        // The handler counts in EDI, and sets RF in the flags that it returns with, as debuggers have to.
        _bench.Assemble(a =>
        {
            a.inc(edi);
            a.or(__dword_ptr[esp + 8], 0x10000);
            a.iretd();
        }, 0x40000 + 16);
        _bench.Assemble(a =>
        {
            a.mov(eax, (int)Bench.CodeAt + 16);
            a.mov(dr1, eax);
            a.mov(eax, 4);
            a.mov(dr7, eax);
            a.inc(ecx);
            a.hlt();
        });
        _bench.Run(30);

        Assert.Equal(1u, _bench.State->Halted);
        Assert.Equal((1u, 1u), ((uint)_bench.State->Gpr[Core.Di], (uint)_bench.State->Gpr[Core.Cx]));
        Assert.Equal(2u, (uint)_bench.State->Debug[6] & 0xF);
    }

    [Fact]
    public void TrapFlag_InALoopAndInARepeatedInstruction_StepsEveryTime()
    {
        _bench.Assemble(a =>
        {
            a.inc(ebp);
            a.iretd();
        }, 0x40000 + 16);
        _bench.Assemble(a =>
        {
            var again = a.CreateLabel();
            a.mov(ebp, 0);
            a.mov(ecx, 3);
            a.push(0x102);
            a.popfd();
            a.Label(ref again);
            a.dec(ecx);
            a.jnz(again);
            a.mov(esi, 0x50000);
            a.mov(edi, 0x51000);
            a.mov(ecx, 3);
            a.rep.movsb();
            a.push(2);
            a.popfd();
            a.hlt();
        });
        _bench.Run(300);

        Assert.Equal(1u, _bench.State->Halted);
        // Three times DEC and JNZ, three MOV, three elements, PUSH, POPFD.
        Assert.Equal(6u + 3 + 3 + 2, (uint)_bench.State->Gpr[Core.Bp]);
    }

    [Fact]
    public void TrapFlag_SingleStepsAndLeavesInterruptsAlone()
    {
        _bench.Assemble(a =>
        {
            a.inc(edi);
            a.iretd();
        }, 0x40000 + 16);
        // INT 21h returns at once: no step is taken for it, because entering it switched the flag off.
        _bench.Machine.Memory.Span(0x40000 + 0x21 * 16, 1)[0] = 0xCF;
        _bench.Assemble(a =>
        {
            a.push(0x102);
            a.popfd();
            a.inc(ecx);
            a.@int(0x21);
            a.inc(ecx);
            a.push(2);
            a.popfd();
            a.hlt();
        });
        _bench.Run(60);

        Assert.Equal(1u, _bench.State->Halted);
        // Behind both INC, PUSH, and POPFD, which began with the flag set.
        Assert.Equal((4u, 2u), ((uint)_bench.State->Gpr[Core.Di], (uint)_bench.State->Gpr[Core.Cx]));
    }

    [Theory]
    [InlineData(0u, GuestFault.Protection)]
    [InlineData(3u, 0x20)]
    public void Virtual8086_SoftwareInterrupt_FollowsIoPrivilege(uint privilege, int vector)
    {
        // MOV AX, 1234h; INT 20h in a segment of real mode.
        byte[] code = [0xB8, 0x34, 0x12, 0xCD, 0x20];
        code.CopyTo(_bench.Machine.Memory.Span(0x2100, code.Length));
        _bench.Assemble(a =>
        {
            foreach (var word in (int[])[0, 0, 0x600, 0x500, 0x700, 0xFF0, (int)(0x20002 | (privilege << 12)), 0x200, 0x100]) a.push(word);
            a.iretd();
        });
        _bench.Run(20);

        Assert.Equal(vector, _bench.Halted);
        Assert.Equal(0x1234u, (uint)_bench.State->Gpr[Core.Ax]);
        var frame = (uint)_bench.State->Gpr[Core.Sp] + (vector == GuestFault.Protection ? 4u : 0);
        Assert.Equal(vector == GuestFault.Protection ? 0x103u : 0x105u, _bench.Read32(frame));
        Assert.Equal((0x200u, 0xFF0u, 0x700u), (_bench.Read32(frame + 4), _bench.Read32(frame + 12), _bench.Read32(frame + 16)));
        Assert.Equal((0x500u, 0x600u), (_bench.Read32(frame + 20), _bench.Read32(frame + 24)));
        Assert.Equal((0u, 0u), (_bench.State->Ds.Selector, _bench.State->Es.Selector));
        Assert.False(_bench.Machine.Core.IsVirtual);
    }

    [Fact]
    public void Segments_OfRealModeWithEqualOffsets_RunTheirOwnCode()
    {
        using Bench bench = new();
        bench.State->Cr0 &= ~Core.ProtectionOn;
        // Both segments have code at 100h: each adds its own number, goes round once by a near jump, and leaves for the other.
        void Write(uint at, byte number, ushort other) => new byte[]
        {
            0x83, 0xC0, number, 0xEB, 0x00, 0xEA, 0x00, 0x01, (byte)other, (byte)(other >> 8),
        }.CopyTo(bench.Machine.Memory.Span(at, 10));
        Write(0x20100, 1, 0x3000);
        Write(0x30100, 16, 0x2000);
        bench.State->Cs = new() { Selector = 0x2000, Base = 0x20000, Limit = 0xFFFF, Access = 0x9B00 };
        bench.State->Ip = 0x100;
        bench.Machine.Core.ModeChanged();
        bench.Run(12);

        Assert.Equal(2u * (1 + 16), (uint)bench.State->Gpr[Core.Ax] & 0xFFFF);
    }

    void WriteTask(uint at, uint ip, uint flags, uint code, uint data)
    {
        _bench.Write32(at + 0x20, ip);
        _bench.Write32(at + 0x24, flags);
        _bench.Write32(at + 0x38, 0x78000);
        foreach (var offset in (uint[])[0x48, 0x50, 0x54, 0x58, 0x5C]) _bench.Write32(at + offset, data);
        _bench.Write32(at + 0x4C, code);
    }

    void EnterUser()
    {
        var s = _bench.State;
        var core = _bench.Machine.Core;
        s->Cs = Core.Unpack(0x23, 0xFFFF, 0x00CF_FB00);
        foreach (var segment in (int[])[Core.Es, Core.Ss, Core.Ds, Core.Fs, Core.Gs]) core.Segments[segment] = Core.Unpack(0x2B, 0xFFFF, 0x00CF_F300);
        s->Cpl = 3;
        s->Gpr[Core.Sp] = UserStack;
        s->Ip = UserCode;
        core.ModeChanged();
    }

    public void Dispose() => _bench.Dispose();
}
