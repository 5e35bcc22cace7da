using RemoteChain.Emulator.Devices.Disks;
using RemoteChain.Emulator.Memory;

namespace RemoteChain.Emulator.Tests;

/// <summary>A virtio disk and random bytes, by hand-made queues.</summary>
public sealed class VirtioTests : IDisposable
{
    // The entropy device is the first behind the graphics adapter, the disk the second.
    const uint Entropy = 0xF001_0000, DiskDevice = 0xF002_0000, NotifyAt = 0x3000;
    const uint Descriptors = 0x10000, Available = 0x11000, Used = 0x12000, Header = 0x20000, Data = 0x21000, Status = 0x22000;
    const byte Next = 1, Writable = 2, Running = 15, NeedsReset = 0x40;

    readonly string _path = Path.GetTempFileName();
    readonly Machine _machine;
    uint _device = DiskDevice;

    public VirtioTests()
    {
        var content = new byte[64 * 512];
        for (var i = 0; i < content.Length; i++) content[i] = (byte)(i / 512);
        File.WriteAllBytes(_path, content);
        _machine = Start(new() { Disks = [new(FileDisk.Open(_path, isReadOnly: false), IsVirtio: true)] });
    }

    [Fact]
    public void Disk_ReadsAndWrites()
    {
        Begin();
        Request(what: 0, sector: 7, Writable, 1024);
        Assert.Equal(0, _machine.Memory.Span(Status, 1)[0]);
        Assert.Equal((7, 8), (_machine.Memory.Span(Data, 1)[0], _machine.Memory.Span(Data + 512, 1)[0]));
        Assert.Equal(1u, Read32(Used) >> 16);
        Assert.Equal(1025u, Read32(Used + 8));

        Write32(Data, 0xDDCCBBAA);
        Request(what: 1, sector: 3, 0, 512);
        Assert.Equal(0, _machine.Memory.Span(Status, 1)[0]);
        _machine.Dispose();
        Assert.Equal([0xAA, 0xBB, 0xCC, 0xDD], File.ReadAllBytes(_path).AsSpan(3 * 512, 4).ToArray());
    }

    [Theory]
    [InlineData(64, 512)]
    [InlineData(63, 1024)]
    [InlineData(-1, 512)]
    [InlineData(0, 100)]
    public void Disk_AskedForWhatItDoesNotHave_SaysSo(long sector, int bytes)
    {
        Begin();
        Request(what: 0, sector, Writable, bytes);
        Assert.Equal(1, _machine.Memory.Span(Status, 1)[0]);
    }

    [Fact]
    public void Queue_ThatRunsInACircle_StopsTheDeviceUntilItIsReset()
    {
        Begin();
        Describe(0, Header, 16, Next, 0);
        Announce(0);
        Assert.Equal(NeedsReset, Load(0x14) & NeedsReset);
        Store(0x14, 0);
        Begin();
        Request(what: 0, sector: 1, Writable, 512);
        Assert.Equal(0, _machine.Memory.Span(Status, 1)[0]);
    }

    [Fact]
    public void Entropy_IsRecordedAndTheSameInAReplay()
    {
        byte[] Ask(Machine machine)
        {
            (var device, _device) = (_device, Entropy);
            Begin(machine);
            Describe(0, Data, 32, Writable, 0, machine);
            Announce(0, machine);
            _device = device;
            return machine.Memory.Span(Data, 32).ToArray();
        }
        InputGate live = new();
        using var machine = Start(new() { Gate = live });
        var bytes = Ask(machine);
        Assert.NotEqual(new byte[32], bytes);
        using var replayed = Start(new() { Gate = new(live.Recorded) });
        Assert.Equal(bytes, Ask(replayed));
        Assert.Equal(machine.StateHash(), replayed.StateHash());
    }

    void Begin(Machine? machine = null)
    {
        // The queue's own counters begin anew with the device.
        (machine ?? _machine).Memory.Span(Available, 0x2000).Clear();
        Store(0x14, 0, machine);
        Store(0x16, 0, machine);
        Store(0x20, Descriptors, machine);
        Store(0x28, Available, machine);
        Store(0x30, Used, machine);
        Store(0x1C, 1, machine);
        Store(0x14, Running, machine);
    }

    void Request(uint what, long sector, byte dataFlags, int bytes)
    {
        Write32(Header, what);
        BitConverter.TryWriteBytes(_machine.Memory.Span(Header + 8, 8), sector);
        _machine.Memory.Span(Status, 1)[0] = 0xFF;
        Describe(0, Header, 16, Next, 1);
        Describe(1, Data, bytes, (byte)(dataFlags | Next), 2);
        Describe(2, Status, 1, Writable, 0);
        Announce(0);
    }

    void Describe(uint index, uint address, int bytes, byte flags, uint next, Machine? machine = null)
    {
        Write32(Descriptors + index * 16, address, machine);
        Write32(Descriptors + index * 16 + 4, 0, machine);
        Write32(Descriptors + index * 16 + 8, (uint)bytes, machine);
        Write32(Descriptors + index * 16 + 12, flags | (next << 16), machine);
    }

    void Announce(uint head, Machine? machine = null)
    {
        var memory = (machine ?? _machine).Memory;
        var count = BitConverter.ToUInt16(memory.Span(Available + 2, 2));
        BitConverter.TryWriteBytes(memory.Span(Available + 4 + count * 2u, 2), (ushort)head);
        BitConverter.TryWriteBytes(memory.Span(Available + 2, 2), (ushort)(count + 1));
        Store(NotifyAt, 0, machine);
        // The device works when the guest's instruction is over.
        (machine ?? _machine).Run((machine ?? _machine).Count + 10_000);
    }

    /// <summary>A guest that halts with interrupts allowed, so that time passes.</summary>
    static Machine Start(MachineOptions options)
    {
        Machine machine = new(options);
        ((ReadOnlySpan<byte>)[0xFB, 0xF4, 0xEB, 0xFC]).CopyTo(machine.Memory.Span(0x1000, 4));
        unsafe
        {
            machine.Core.State->Cs.Base = 0;
            machine.Core.State->Ip = 0x1000;
            machine.Core.ModeChanged();
        }
        return machine;
    }

    unsafe void Store(uint register, uint value, Machine? machine = null)
    {
        var core = (machine ?? _machine).Core;
        Access.Store(core, core.State, _device + register, 4, value);
    }

    unsafe uint Load(uint register) => (uint)Access.Load(_machine.Core, _machine.Core.State, _device + register, 4);

    uint Read32(uint address) => BitConverter.ToUInt32(_machine.Memory.Span(address, 4));

    void Write32(uint address, uint value, Machine? machine = null) => BitConverter.TryWriteBytes((machine ?? _machine).Memory.Span(address, 4), value);

    public void Dispose()
    {
        _machine.Dispose();
        File.Delete(_path);
    }
}
