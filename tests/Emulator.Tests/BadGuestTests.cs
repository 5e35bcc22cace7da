using RemoteChain.Emulator.Boot;
using RemoteChain.Emulator.Devices.Disks;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Tests;

/// <summary>Guests that are broken or mean any harm: a value says what became of them, and the host is as it was.</summary>
public sealed class BadGuestTests
{
    [Fact]
    public void Fault_WithoutAnyHandler_IsAShutdown()
    {
        using Bench bench = new();
        bench.Assemble(a => a.ud2());
        Assert.Equal(MachineStop.Shutdown, bench.Run(1000));
    }

    [Fact]
    public void Halt_WithInterruptsOff_IsSaidAtOnce()
    {
        using Bench bench = new();
        bench.Assemble(a => a.hlt());
        Assert.Equal(MachineStop.Halted, bench.Run(long.MaxValue / 2));
    }

    [Fact]
    public void Reset_ByTheKeyboardController_IsSaid()
    {
        using Bench bench = new();
        bench.Assemble(a =>
        {
            a.mov(al, 0xFE);
            a.@out(0x64, al);
            a.hlt();
        });
        Assert.Equal(MachineStop.Reset, bench.Run(1000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Ports_WrittenAllOver_LeaveAMachineThatStillRuns(int seed)
    {
        using var disk = new TemporaryDisk();
        using Machine machine = new(new() { Disks = [new(disk.Open())] });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Random random = new(seed);
        for (var i = 0; i < 500_000; i++)
        {
            var bytes = 1 << random.Next(3);
            machine.Ports.Write((ushort)random.Next(65536), bytes, (uint)random.NextInt64());
            machine.Ports.Read((ushort)random.Next(65536), bytes);
            if (i % 1000 == 0) machine.Display.TakeFrame();
        }
        // A picture of the largest mode is the largest thing that a guest can make us keep.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 96 << 20);
        Assert.NotEmpty(machine.StateHash());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(600)]
    [InlineData(4000)]
    public void Kernel_CutShort_IsRefusedInAFewWords(int bytes)
    {
        using Machine machine = new(new());
        var kernel = new byte[bytes];
        if (bytes > 0x210)
        {
            "HdrS"u8.CopyTo(kernel.AsSpan(0x202));
            kernel[0x206] = 0x0F;
            kernel[0x207] = 2;
            kernel[0x1F1] = 30;
        }
        Assert.Contains("kernel", Assert.Throws<InvalidDataException>(() => LinuxBoot.Load(machine, kernel, [], "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Firmware_OfAnImpossibleSize_IsRefused()
    {
        using Machine machine = new(new());
        Assert.Throws<InvalidDataException>(() => FirmwareBoot.Load(machine, new byte[100_000], [], BootDevice.Disk));
    }

    sealed class TemporaryDisk : IDisposable
    {
        readonly string _path = Path.GetTempFileName();

        internal FileDisk Open()
        {
            File.WriteAllBytes(_path, new byte[1 << 20]);
            return FileDisk.Open(_path, isReadOnly: false);
        }

        public void Dispose() => File.Delete(_path);
    }
}
