using RemoteChain.Emulator.Tests.Guests;
using Xunit.Abstractions;

namespace RemoteChain.Emulator.Tests;

/// <summary>A disk in use: Debian's own drivers, and a file system that a guest makes and writes to.</summary>
public sealed class LinuxDiskTests(ITestOutputHelper output) : IDisposable
{
    const long InstructionsMax = 3_000_000_000;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linux-disk-tests-");

    [GuestFact("vmlinux", "busybox", DiskGuest.Order)]
    public void FileSystem_MadeAndWrittenByAGuest_IsReadBackAfterARestart()
    {
        var below = Path.Combine(_folder.FullName, "below");
        using (var file = File.Create(below)) file.SetLength(DiskGuest.DiskBytes);

        var first = DiskGuest.Run(below, Path.Combine(_folder.FullName, "overlay"), InstructionsMax);
        var second = DiskGuest.Run(below, Path.Combine(_folder.FullName, "overlay"), InstructionsMax);
        output.WriteLine($"{first}\n{second}");

        Assert.Contains($"made {DiskGuest.Sum}", first, StringComparison.Ordinal);
        Assert.Contains($"found {DiskGuest.Sum}", second, StringComparison.Ordinal);
        // What machines share stays as it was.
        Assert.Equal(new byte[DiskGuest.DiskBytes], File.ReadAllBytes(below));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
