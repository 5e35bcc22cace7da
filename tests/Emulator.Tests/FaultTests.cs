using RemoteChain.Emulator.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Tests;

/// <summary>Exceptions are precise: what faulted has changed nothing, and the handler finds where.</summary>
public sealed unsafe class FaultTests : IDisposable
{
    const uint PageTables = Bench.DirectoryAt, Table = Bench.TableAt, Present = 1, Writable = 2, User = 4;

    readonly Bench _bench = new();

    public FaultTests() => _bench.HaltOnExceptions();

    [Fact]
    public void Divide_ByZero_HandlerFindsTheInstruction()
    {
        _bench.Assemble(a =>
        {
            a.mov(eax, 1);
            a.mov(ecx, 0);
            a.div(ecx);
        });
        _bench.Run(10);

        Assert.Equal(GuestFault.Divide, _bench.Halted);
        Assert.Equal(Bench.CodeAt + 10, _bench.Read32((uint)_bench.State->Gpr[Core.Sp]));
        Assert.Equal(0x10u, _bench.Read32((uint)_bench.State->Gpr[Core.Sp] + 4));
    }

    [Theory]
    [InlineData(0, false, 2u)]
    [InlineData(Present, true, 3u)]
    public void Store_ToAPageThatIsNotWritable_FaultsWithAddressAndChangesNothing(uint rights, bool protect, uint code)
    {
        MapFlat();
        _bench.Write32(Table + 0x50 * 4, 0x50000 | rights);
        _bench.Assemble(a =>
        {
            a.mov(eax, PageTables);
            a.mov(cr3, eax);
            a.mov(eax, unchecked((int)0x8001_0001));
            a.mov(cr0, eax);
            a.mov(ebx, 0x50FFE);
            a.mov(ecx, 5);
            // Over the page's end: the first page refuses, so nothing of the second may change.
            a.add(__dword_ptr[ebx - 0xFFE + 0xFFE], ecx);
        });
        _bench.Run(20);

        Assert.Equal(GuestFault.Page, _bench.Halted);
        Assert.Equal(0x50FFEu, _bench.State->Cr2);
        Assert.Equal(code, _bench.Read32((uint)_bench.State->Gpr[Core.Sp]));
        Assert.Equal(0u, _bench.Read32(0x51000));
        Assert.Equal(5u, (uint)_bench.State->Gpr[Core.Cx]);
        Assert.Equal(protect, (code & Present) != 0);
    }

    [Fact]
    public void Push_ToAPageThatIsNotThere_LeavesTheStackPointer()
    {
        MapFlat();
        _bench.Write32(Table + 0x50 * 4, 0);
        _bench.Assemble(a =>
        {
            a.mov(eax, PageTables);
            a.mov(cr3, eax);
            a.mov(eax, unchecked((int)0x8001_0001));
            a.mov(cr0, eax);
            a.mov(esp, 0x51000);
            a.push(eax);
        });
        // The handler cannot push either: fault, double fault, shutdown.
        Assert.Equal(MachineStop.Shutdown, _bench.Run(20));
        Assert.Equal(0x51000u, (uint)_bench.State->Gpr[Core.Sp]);
    }

    [Fact]
    public void Segment_BeyondItsLimit_IsRefused()
    {
        _bench.WriteTable([0, 0, 0x00CF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF, 0x0040_9305_0000_0FFF]);
        _bench.Assemble(a =>
        {
            a.mov(eax, 0x20);
            a.mov(fs, ax);
            a.mov(ecx, __dword_ptr.fs[0xFFC]);
            a.mov(ecx, __dword_ptr.fs[0xFFD]);
        });
        _bench.Write32(0x50FFC, 0x1234);
        _bench.Run(3);
        Assert.Equal(0x1234u, (uint)_bench.State->Gpr[Core.Cx]);
        _bench.Run(3);
        Assert.Equal(GuestFault.Protection, _bench.Halted);
    }

    [Fact]
    public void Interrupt_FromUserCode_ChangesStackAndReturns()
    {
        const uint task = 0x32000;
        _bench.WriteTable([0, 0, 0x00CF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF, 0x00CF_FB00_0000_FFFF, 0x00CF_F300_0000_FFFF,
            0x0000_8903_2000_0067]);
        _bench.Write32(task + 4, 0x70000);
        _bench.Write32(task + 8, 0x18);
        _bench.Assemble(a =>
        {
            a.mov(eax, 0x30);
            a.ltr(ax);
            a.push(0x2B);
            a.push(0x60000);
            a.push(0x202);
            a.push(0x23);
            a.push(0x11000);
            a.iretd();
        });
        _bench.Assemble(a =>
        {
            a.@int(0x20);
            a.hlt();
        }, 0x11000);
        // The handler of 0x20 goes back at once; HLT in user code is then refused.
        _bench.Machine.Memory.Span(0x40000 + 0x20 * 16, 1)[0] = 0xCF;
        _bench.State->Ip = Bench.CodeAt;
        _bench.Run(9);
        Assert.Equal(0u, _bench.State->Cpl);
        Assert.Equal(0x70000u - 20, (uint)_bench.State->Gpr[Core.Sp]);
        _bench.Run(1);
        Assert.Equal(3u, _bench.State->Cpl);
        Assert.Equal(0x60000u, (uint)_bench.State->Gpr[Core.Sp]);
        _bench.Run(3);
        Assert.Equal(GuestFault.Protection, _bench.Halted);
    }

    [Fact]
    public void Code_ThatChangesItself_RunsWhatItWrote()
    {
        _bench.Assemble(a =>
        {
            var loop = a.CreateLabel();
            var place = a.CreateLabel();
            a.mov(edx, 3);
            a.Label(ref loop);
            // The immediate of the next instruction but one, in the block that runs now.
            a.mov(__dword_ptr[Bench.CodeAt + 16], edx);
            a.Label(ref place);
            a.mov(eax, 0x7777);
            a.add(ebx, eax);
            a.dec(edx);
            a.jne(loop);
            a.hlt();
        });
        _bench.State->Gpr[Core.Bx] = 0;
        // mov edx (5) + mov [..],edx (6): the opcode B8 is at 11, its immediate at 12; put the write there.
        BitConverter.TryWriteBytes(_bench.Machine.Memory.Span(Bench.CodeAt + 7, 4), Bench.CodeAt + 12);
        _bench.Run(100);

        Assert.Equal(3u + 2 + 1, (uint)_bench.State->Gpr[Core.Bx]);
    }

    [Fact]
    public void Slices_OfAnyLength_LeaveTheSameState()
    {
        static string Run(int slice)
        {
            using var bench = new Bench();
            bench.Assemble(a =>
            {
                var loop = a.CreateLabel();
                a.mov(ecx, 500);
                a.Label(ref loop);
                a.imul(eax, ecx, 77);
                a.add(ebx, eax);
                a.rdtsc();
                a.mov(edi, 0x50000);
                a.push(ecx);
                a.mov(ecx, 300);
                a.rep.stosd();
                a.pop(ecx);
                a.dec(ecx);
                a.jne(loop);
                a.hlt();
            });
            while (bench.Machine.Count < 4000) bench.Run(Math.Min(slice, 4000 - bench.Machine.Count));
            return bench.Machine.StateHash();
        }
        var whole = Run(4000);
        foreach (var slice in (int[])[1, 2, 3, 7, 64, 999]) Assert.Equal(whole, Run(slice));
    }

    /// <summary>The first four megabytes, one to one, by a table of small pages.</summary>
    void MapFlat()
    {
        _bench.Write32(PageTables, Table | Present | Writable | User);
        for (uint page = 0; page < 1024; page++) _bench.Write32(Table + page * 4, (page << 12) | Present | Writable | User);
    }

    public void Dispose() => _bench.Dispose();
}
