using System.Text;
using RemoteChain.Emulator.Boot;
using RemoteChain.Emulator.Devices.Disks;
using Xunit.Abstractions;

namespace RemoteChain.Emulator.Tests;

/// <summary>SeaBIOS as Debian packages it, and what it starts from a CD: VGA, fw_cfg, the packets of a CD drive and the firmware's region in one.</summary>
public sealed class FirmwareTests(ITestOutputHelper output)
{
    const long InstructionsMax = 6_000_000_000, Step = 50_000_000;

    [GuestFact("firmware/bios-256k.bin", "firmware/vgabios-stdvga.bin", "memtest/memtest86+.iso")]
    public void Memtest_FromACd_TestsWithoutAnError()
    {
        List<byte> said = [];
        using Machine machine = new(new()
        {
            MemoryBytes = 32 << 20,
            FirmwareLog = said.Add,
            Disks = [new(FileDisk.Open(GuestFactAttribute.Find("memtest/memtest86+.iso"), isReadOnly: true), IsCd: true)],
        });
        FirmwareBoot.Load(machine, Read("firmware/bios-256k.bin"), Read("firmware/vgabios-stdvga.bin"), BootDevice.Cd);
        // The second test has begun: the first went over all of RAM.
        while (machine.Count < InstructionsMax && !Text(machine).Contains("Test #2", StringComparison.Ordinal))
            Assert.Equal(MachineStop.Count, machine.Run(machine.Count + Step));
        output.WriteLine($"after {machine.Count / 1_000_000} million instructions:\n{Text(machine)}");
        Assert.Contains("Booting from DVD/CD", Encoding.ASCII.GetString([.. said]), StringComparison.Ordinal);
        Assert.Contains("Test #2", Text(machine), StringComparison.Ordinal);
        Assert.Contains("Errors: 0", Text(machine), StringComparison.Ordinal);
        Assert.True(machine.Display.TakeFrame());
        Assert.Equal((640, 400), (machine.Display.Width, machine.Display.Height));
    }

    /// <summary>The characters of the text screen, from plane 0.</summary>
    static string Text(Machine machine)
    {
        const int columns = 80, rows = 25, planes = 4;
        StringBuilder text = new();
        for (var cell = 0; cell < columns * rows; cell++)
        {
            if (cell % columns == 0) text.AppendLine();
            var character = machine.Video.Memory.Span[cell * planes];
            text.Append(character is >= 32 and < 127 ? (char)character : ' ');
        }
        return text.ToString();
    }

    static byte[] Read(string name) => File.ReadAllBytes(GuestFactAttribute.Find(name));
}
