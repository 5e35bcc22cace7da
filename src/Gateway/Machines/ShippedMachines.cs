namespace RemoteChain.Gateway.Machines;

/// <summary>The templates that come with the gateway, as an administrator would write them.</summary>
public static class ShippedMachines
{
    /// <summary>Needs nothing: its code is assembled by the emulator.</summary>
    public const string Echo = """
        name: echo
        description: A desktop of a few kilobytes that shows what is typed and clicked; made to measure with.
        boot: echo
        memory: 16
        display: 1024x768
        """;

    /// <summary>The unpacked kernel and what is turned off on the command line save two thirds of the way to the prompt.</summary>
    public const string DebianShell = """
        name: debian-shell
        description: Debian's i686 kernel with a busybox shell on the framebuffer console.
        boot: linux
        kernel: vmlinuz
        unpacked-kernel: vmlinux
        initial-files: debian-shell.cpio
        command-line: console=ttyS0 console=tty0 cryptomgr.notests tsc=reliable rdinit=/init quiet
        memory: 128
        display: 1024x768
        """;

    /// <summary>A whole PC from its first instruction: firmware, CD, text on the display.</summary>
    public const string MemTest = """
        name: memtest
        description: memtest86+, started from its CD by SeaBIOS.
        boot: firmware
        cd: memtest/memtest86+.iso
        memory: 32
        """;

    /// <summary>A boot loader at its prompt.</summary>
    public const string GrubRescue = """
        name: grub-rescue
        description: GRUB's rescue CD, started by SeaBIOS.
        boot: firmware
        cd: grub-rescue/cdrom.iso
        memory: 64
        """;

    /// <summary>A graphical program on an X server, with a mouse. Its files stay in RAM, packed out on the host.</summary>
    public const string DebianInstaller = """
        name: debian-installer
        description: The graphical installer of Debian 12 for i386. There is no network in it, and no disk unless a template of your own names one.
        boot: linux
        kernel: debian-installer/vmlinuz
        unpacked-kernel: debian-installer/vmlinux
        initial-files: debian-installer/initrd.cpio
        command-line: vga=788 cryptomgr.notests --- quiet
        memory: 768
        display: 1024x768
        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [DebianInstaller, DebianShell, Echo, GrubRescue, MemTest];
}
