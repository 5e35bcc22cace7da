using RemoteChain.Emulator.Devices.Disks;
using RemoteChain.Emulator.Tests.Guests;
using Xunit.Abstractions;

namespace RemoteChain.Emulator.Tests;

/// <summary>SeaBIOS as Debian packages it, and what it starts from CDs and disks: VGA, fw_cfg, the packets of a CD drive, the firmware's region and
/// real mode in one.</summary>
public sealed class FirmwareTests(ITestOutputHelper output)
{
    const long InstructionsMax = 3_000_000_000;
    const string GrubMenu = "for a command-line";

    [GuestFact(FirmwareGuest.Firmware, "memtest/memtest86+.iso")]
    public void Memtest_FromACd_TestsWithoutAnError()
    {
        using FirmwareGuest guest = new(Cd("memtest/memtest86+.iso"), 32 << 20);
        // The second test has begun: the first went over all of RAM.
        Assert.True(guest.RunUntil("Test #2", InstructionsMax), guest.Text);
        Say(guest);
        Assert.Contains("Booting from DVD/CD", guest.Log, StringComparison.Ordinal);
        Assert.Contains("Errors: 0", guest.Text, StringComparison.Ordinal);
        Assert.True(guest.Machine.Display.TakeFrame());
        Assert.Equal((640, 400), (guest.Machine.Display.Width, guest.Machine.Display.Height));
    }

    [GuestFact(FirmwareGuest.Firmware, "grub-rescue/cdrom.iso")]
    public void Grub_FromACd_ReadsAModuleFromItAndRunsIt()
    {
        using FirmwareGuest guest = new(Cd("grub-rescue/cdrom.iso"), 64 << 20);
        AnswersAtItsPrompt(guest);
        Assert.Contains("Booting from DVD/CD", guest.Log, StringComparison.Ordinal);
    }

    [GuestFact(FirmwareGuest.Firmware, "grub-rescue/disk.img")]
    public void Grub_FromAHardDisk_AnswersAtItsPrompt()
    {
        using FirmwareGuest guest = new(new(FileDisk.Open(GuestFolder.Find("grub-rescue/disk.img"), isReadOnly: true)), 64 << 20);
        AnswersAtItsPrompt(guest);
        Assert.Contains("Booting from Hard Disk", guest.Log, StringComparison.Ordinal);
    }

    /// <summary>The module is no part of what the boot loader has loaded itself: it is read when the word is typed.</summary>
    void AnswersAtItsPrompt(FirmwareGuest guest)
    {
        Assert.True(guest.RunUntil(GrubMenu, InstructionsMax), guest.Text);
        guest.Type("c");
        Assert.True(guest.RunUntil("grub>", InstructionsMax), guest.Text);
        guest.Type("insmod hello\nhello\n");
        Assert.True(guest.RunUntil("Hello World", InstructionsMax), guest.Text);
        Say(guest);
    }

    void Say(FirmwareGuest guest) => output.WriteLine($"after {guest.Machine.Count / 1_000_000} million instructions:\n{guest.Text}");

    static MachineDisk Cd(string file) => new(FileDisk.Open(GuestFolder.Find(file), isReadOnly: true), IsCd: true);
}
