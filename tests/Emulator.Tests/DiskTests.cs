using RemoteChain.Emulator.Devices.Disks;

namespace RemoteChain.Emulator.Tests;

/// <summary>Drives at their ports, and disks that share another one's content.</summary>
public sealed class DiskTests : IDisposable
{
    const int Sector = 512, Sectors = 4096;
    const ushort First = 0x1F0, Control = 0x3F6, Status = First + 7;
    const uint Failed = 1, DataWanted = 8, Ready = 0x40;
    const uint ListAt = 0x1000, BufferAt = 0x200000;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("disk-tests-");
    readonly string _path;

    public DiskTests()
    {
        _path = Path.Combine(_folder.FullName, "disk");
        var content = new byte[Sectors * Sector];
        for (var i = 0; i < content.Length; i++) content[i] = (byte)(i / Sector + i);
        File.WriteAllBytes(_path, content);
    }

    [Fact]
    public void Sectors_ThroughThePort_AreReadAndWritten()
    {
        using var machine = Start(FileDisk.Open(_path, isReadOnly: false));
        Command(machine, 0x20, sector: 7, count: 2);
        var read = Take(machine, 2 * Sector);
        Assert.Equal(File.ReadAllBytes(_path).AsSpan(7 * Sector, 2 * Sector).ToArray(), read);

        Command(machine, 0x30, sector: 100, count: 1);
        for (var i = 0; i < Sector / 2; i++) machine.Ports.Write(First, 2, 0xA55A);
        Assert.Equal(Ready, machine.Ports.Read(Status, 1) & (Ready | Failed | DataWanted));
        machine.Dispose();
        Assert.Equal(0x5A, File.ReadAllBytes(_path)[100 * Sector]);
    }

    [Theory]
    [InlineData(Sectors, 1)]
    [InlineData(Sectors - 1, 2)]
    [InlineData(0xFFFFFFF, 0)]
    public void Sectors_BehindTheEnd_AreAnError(int sector, byte count)
    {
        using var machine = Start(FileDisk.Open(_path, isReadOnly: true));
        Command(machine, 0x20, sector, count);
        Assert.Equal(Failed, machine.Ports.Read(Status, 1) & (Failed | DataWanted));
    }

    [Fact]
    public void Sectors_ByTheController_AreInMemoryAndWakeTheGuest()
    {
        using var machine = Start(FileDisk.Open(_path, isReadOnly: true));
        // Two regions, the second the end of the list.
        Region(machine, 0, BufferAt, 3 * Sector, last: false);
        Region(machine, 1, BufferAt + 0x10000, Sector, last: true);
        StartController(machine, towards: true);
        Command(machine, 0xC8, sector: 20, count: 4);

        Assert.Equal(4u, machine.Ports.Read(0xC002, 1) & 7);
        var disk = File.ReadAllBytes(_path);
        Assert.Equal(disk.AsSpan(20 * Sector, 3 * Sector), machine.Memory.Span(BufferAt, 3 * Sector));
        Assert.Equal(disk.AsSpan(23 * Sector, Sector), machine.Memory.Span(BufferAt + 0x10000, Sector));
    }

    [Theory]
    [InlineData(0xFFFFF000u, true)]
    [InlineData(0xE0000000u, true)]
    [InlineData(0xFFFFF000u, false)]
    public void Controller_SentWhereNoMemoryIs_ReportsAnError(uint address, bool towards)
    {
        using var machine = Start(FileDisk.Open(_path, isReadOnly: false));
        Region(machine, 0, address, 4 * Sector, last: true);
        StartController(machine, towards);
        Command(machine, towards ? (byte)0xC8 : (byte)0xCA, sector: 0, count: 4);
        Assert.Equal(2u, machine.Ports.Read(0xC002, 1) & 2);
        Assert.Equal(Failed, machine.Ports.Read(Status, 1) & Failed);
    }

    [Fact]
    public void Write_ToAReadOnlyDisk_IsAnErrorOfTheDrive()
    {
        using var machine = Start(FileDisk.Open(_path, isReadOnly: true));
        Command(machine, 0x30, sector: 0, count: 1);
        for (var i = 0; i < Sector / 2; i++) machine.Ports.Write(First, 2, 0);
        Assert.Equal(Failed, machine.Ports.Read(Status, 1) & Failed);
    }

    [Fact]
    public void Cd_AnswersPacketsAndRefusesWhatIsBehindItsEnd()
    {
        using Machine machine = new(new() { Disks = [new(FileDisk.Open(_path, isReadOnly: true), IsCd: true)] });
        Assert.Equal(0xEB14u, machine.Ports.Read(First + 4, 1) | (machine.Ports.Read(First + 5, 1) << 8));
        // The first command after power-on hears that the disc may be another.
        Packet(machine, 0x00);
        Assert.Equal(Failed, machine.Ports.Read(Status, 1) & Failed);
        Packet(machine, 0x25, 0, 0, 0, 0, 0, 0, 0);
        Assert.Equal([0, 0, 3, 0xFF, 0, 0, 8, 0], Take(machine, 8));
        Packet(machine, 0x28, 0, 0, 0, 0, 5, 0, 0, 1);
        Assert.Equal(File.ReadAllBytes(_path).AsSpan(5 * 2048, 2048).ToArray(), Take(machine, 2048));
        Packet(machine, 0x28, 0, 0, 0, 4, 0, 0, 0, 1);
        Assert.Equal(Failed, machine.Ports.Read(Status, 1) & Failed);
    }

    [Fact]
    public void Overlay_KeepsChangesToItself_AndHasThemWhenOpenedAgain()
    {
        var before = File.ReadAllBytes(_path);
        var overlayPath = Path.Combine(_folder.FullName, "overlay");
        using (var overlay = OpenOverlay(overlayPath)) overlay.Write(70_000, "changed"u8);

        Assert.Equal(before, File.ReadAllBytes(_path));
        using var again = OpenOverlay(overlayPath);
        var read = new byte[200_000];
        again.Read(1000, read);
        Assert.Equal("changed"u8.ToArray(), read[69_000..69_007]);
        "changed"u8.CopyTo(before.AsSpan(70_000));
        Assert.Equal(before.AsSpan(1000, read.Length).ToArray(), read);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(0)]
    public void Overlay_OfAnotherDiskOrNoOverlay_IsRefused(int position)
    {
        var overlayPath = Path.Combine(_folder.FullName, "overlay");
        using (var overlay = OpenOverlay(overlayPath)) overlay.Write(0, [1]);
        var bytes = File.ReadAllBytes(overlayPath);
        bytes[position] ^= 1;
        File.WriteAllBytes(overlayPath, bytes);
        Assert.Throws<InvalidDataException>(() => OpenOverlay(overlayPath));
    }

    OverlayDisk OpenOverlay(string path) => OverlayDisk.Open(FileDisk.Open(_path, isReadOnly: true),
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite));

    static Machine Start(IDisk disk) => new(new() { Disks = [new(disk)] });

    static void Command(Machine machine, byte command, int sector, byte count)
    {
        machine.Ports.Write(First + 6, 1, (uint)(0xE0 | (sector >> 24)));
        machine.Ports.Write(First + 2, 1, count);
        machine.Ports.Write(First + 3, 1, (byte)sector);
        machine.Ports.Write(First + 4, 1, (byte)(sector >> 8));
        machine.Ports.Write(First + 5, 1, (byte)(sector >> 16));
        machine.Ports.Write(Status, 1, command);
    }

    static void Packet(Machine machine, params ReadOnlySpan<byte> packet)
    {
        machine.Ports.Write(First + 4, 1, 0);
        machine.Ports.Write(First + 5, 1, 8);
        machine.Ports.Write(Status, 1, 0xA0);
        Span<byte> whole = stackalloc byte[12];
        whole.Clear();
        packet.CopyTo(whole);
        for (var i = 0; i < 12; i += 2) machine.Ports.Write(First, 2, (uint)(whole[i] | (whole[i + 1] << 8)));
    }

    static byte[] Take(Machine machine, int bytes)
    {
        var taken = new byte[bytes];
        for (var i = 0; i < bytes; i += 2)
        {
            Assert.Equal(DataWanted, machine.Ports.Read(Status, 1) & DataWanted);
            var value = machine.Ports.Read(First, 2);
            (taken[i], taken[i + 1]) = ((byte)value, (byte)(value >> 8));
        }
        Assert.Equal(0u, machine.Ports.Read(Control, 1) & DataWanted);
        return taken;
    }

    static void Region(Machine machine, uint number, uint address, int length, bool last)
    {
        BitConverter.TryWriteBytes(machine.Memory.Span(ListAt + number * 8, 4), address);
        BitConverter.TryWriteBytes(machine.Memory.Span(ListAt + number * 8 + 4, 4), (uint)length | (last ? 1u << 31 : 0));
    }

    static void StartController(Machine machine, bool towards)
    {
        machine.Ports.Write(0xC004, 4, ListAt);
        machine.Ports.Write(0xC002, 1, 6);
        machine.Ports.Write(0xC000, 1, towards ? 9u : 1);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
