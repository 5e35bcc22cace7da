using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RemoteChain.Emulator.Devices.Disks;

namespace RemoteChain.Emulator.Tests.Guests;

/// <summary>A Linux guest with a disk: on an empty one it makes a file system and writes to it, on the next start it reads that back.</summary>
static class DiskGuest
{
    internal const string Order = "modules/order";
    internal const int DiskBytes = 16 << 20;

    const int Numbers = 20_000;

    const string Init = """
        busybox mount -t devtmpfs dev /dev
        for module in $(busybox cat /modules/order); do busybox insmod /modules/$module.ko; done
        while [ ! -b /dev/sda ]; do busybox sleep 0.1; done
        busybox mkdir /disk
        done=found
        if ! busybox mount -t ext4 /dev/sda /disk; then
            done=made
            busybox mke2fs /dev/sda
            busybox mount -t ext4 /dev/sda /disk
            busybox seq 1 20000 > /disk/numbers
        fi
        echo $done $(busybox sha256sum /disk/numbers)
        busybox umount /disk
        echo it is over
        busybox sleep 1000
        """;

    /// <summary>Of what the guest writes.</summary>
    internal static string Sum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Range(1, Numbers).Select(number => number.ToString(CultureInfo.InvariantCulture) + "\n")))));

    /// <summary>One start, from the kernel's first instruction until the file system is unmounted.</summary>
    /// <param name="below">The disk that it finds; stays as it is.</param>
    /// <param name="overlay">What it changes; made if it is not there.</param>
    /// <param name="instructionsMax">Longest.</param>
    /// <returns>What it said.</returns>
    internal static string Run(string below, string overlay, long instructionsMax)
    {
        var changes = File.OpenHandle(overlay, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        using LinuxGuest guest = new(Init, new() { Disks = [new(OverlayDisk.Open(FileDisk.Open(below, isReadOnly: true), changes))] }, files =>
        {
            files.AddFolder("modules").AddProgram(Order, GuestFolder.Read(Order));
            foreach (var module in Encoding.ASCII.GetString(GuestFolder.Read(Order)).Split(' ', StringSplitOptions.TrimEntries))
                files.AddProgram($"modules/{module}.ko", GuestFolder.Read($"modules/{module}.ko"));
        });
        guest.RunUntil("it is over", instructionsMax);
        return guest.Said;
    }
}
