using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Text.RegularExpressions;
using RemoteChain.Emulator;
using RemoteChain.Emulator.Devices;
using RemoteChain.Emulator.Devices.Disks;
using RemoteChain.Emulator.Tests.Guests;
using RemoteChain.Gateway.Machines;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>
/// What boots, out of unmodified packages, in how many seconds and instructions: Linux to its shell, GRUB from CD and from hard disk, one pass of memtest86+ over 32 MiB, a file system that is
/// there again after a restart, and Debian's graphical installer through its first pages by mouse and keyboard of an RDP client of the gateway. <c>--guest NAME</c> boots one.
/// Pictures land in artifacts/machine-boots.
/// </summary>
public static partial class BootsBenchmark
{
    private const long InstructionsMax = 10_000_000_000, PassInstructionsMax = 400_000_000_000, SliceInstructions = 10_000_000_000;

    /// <summary>Where the pictures go.</summary>
    internal static readonly string Pictures = Path.Combine(Repository.Root, "artifacts", "machine-boots");

    private static readonly (string Name, Func<Task<object>> Run)[] s_guests =
    [
        ("linux", () => Task.FromResult(Linux())), ("grub-cd", () => Task.FromResult(Grub("grub-rescue/cdrom.iso", isCd: true))),
        ("grub-disk", () => Task.FromResult(Grub("grub-rescue/disk.img", isCd: false))), ("disk", () => Task.FromResult(Disk())),
        ("memtest", () => Task.FromResult(MemTest())), ("installer", InstallerRun.RunAsync),
    ];

    /// <summary>Runs it.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        Directory.CreateDirectory(Pictures);
        foreach (string template in (string[])["debian-shell", "memtest", "grub-rescue", "debian-installer"])
        {
            await Shell.RunLongAsync("sh", [Path.Combine(Repository.Root, "deploy", "steps", "template.sh"), template], TimeSpan.FromMinutes(10));
        }

        var results = new Dictionary<string, object>();
        foreach (var (name, run) in s_guests.Where(guest => (options.Word("guest") ?? guest.Name) == guest.Name))
        {
            results[name] = await run();
            BenchmarkOptions.Say($"{name}: {results[name]}");
        }

        return results;
    }

    private static object Linux()
    {
        const int idleSeconds = 10;
        using LinuxGuest guest = new(LinuxGuest.Shell, new());
        var machine = guest.Machine;
        var (compiling, methods) = (JitInfo.GetCompilationTime(), JitInfo.GetCompiledMethodCount());
        var watch = Stopwatch.StartNew();
        bool booted = guest.RunUntil("/ # ", InstructionsMax);
        double seconds = Seconds(watch);
        (compiling, methods) = (JitInfo.GetCompilationTime() - compiling, JitInfo.GetCompiledMethodCount() - methods);
        long instructions = Executed(machine) / 1_000_000;

        // At rest: what its own timers cost.
        machine.Run(machine.Count + GuestClock.InstructionsPerSecond);
        var (executed, interrupts) = (Executed(machine), machine.Figures.Interrupts);
        watch.Restart();
        machine.Run(machine.Count + idleSeconds * GuestClock.InstructionsPerSecond);
        return new
        {
            booted, seconds, millionInstructions = instructions, compilingSeconds = Math.Round(compiling.TotalSeconds, 2), compiledMethods = methods,
            idle = new
            {
                instructionsPerSecond = (Executed(machine) - executed) / idleSeconds, interruptsPerSecond = (machine.Figures.Interrupts - interrupts) / (double)idleSeconds,
                hostMillisecondsPerSecond = Math.Round(watch.Elapsed.TotalMilliseconds / idleSeconds, 2),
            },
        };
    }

    private static object Grub(string file, bool isCd)
    {
        using FirmwareGuest guest = new(new(FileDisk.Open(GuestFolder.Find(file), isReadOnly: true), IsCd: isCd), 64 << 20);
        var watch = Stopwatch.StartNew();
        bool booted = guest.RunUntil("for a command-line", InstructionsMax);
        var figures = Figures(guest.Machine, watch, booted);
        guest.Type("c");
        guest.RunUntil("grub>", InstructionsMax);
        guest.Type("insmod hello\nhello\n");
        guest.RunUntil("Hello World", InstructionsMax);
        Keep(guest.Machine, isCd ? "grub-cd" : "grub-disk");
        return figures;
    }

    private static object Disk()
    {
        var folder = Directory.CreateTempSubdirectory("remotechain-boots-");
        try
        {
            string below = Path.Combine(folder.FullName, "below"), overlay = Path.Combine(folder.FullName, "overlay");
            using (var file = File.Create(below))
            {
                file.SetLength(DiskGuest.DiskBytes);
            }

            var watch = Stopwatch.StartNew();
            bool made = DiskGuest.Run(below, overlay, InstructionsMax).Contains($"made {DiskGuest.Sum}", StringComparison.Ordinal);
            bool found = DiskGuest.Run(below, overlay, InstructionsMax).Contains($"found {DiskGuest.Sum}", StringComparison.Ordinal);
            return new { made, found, seconds = Seconds(watch) };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static object MemTest()
    {
        using FirmwareGuest guest = new(new(FileDisk.Open(GuestFolder.Find("memtest/memtest86+.iso"), isReadOnly: true), IsCd: true), 32 << 20);
        var watch = Stopwatch.StartNew();
        // It is put over the picture when a pass has ended without an error.
        const string banner = "Press any key to remove this banner";
        bool passed = false;
        for (long before = -1; !passed && guest.Machine.Count < PassInstructionsMax && guest.Machine.Count > before;)
        {
            before = guest.Machine.Count;
            passed = guest.RunUntil(banner, SliceInstructions);
            BenchmarkOptions.Say($"memtest: {Seconds(watch)} s, {guest.Machine.Count / 1_000_000_000} thousand million instructions");
        }

        Keep(guest.Machine, "memtest");
        int? errors = Errors().Match(guest.Text) is { Success: true } found ? int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : null;
        return new { passed, errors, seconds = Seconds(watch), millionInstructions = Executed(guest.Machine) / 1_000_000 };
    }

    private static object Figures(Machine machine, Stopwatch watch, bool booted) =>
        new { booted, seconds = Seconds(watch), millionInstructions = Executed(machine) / 1_000_000 };

    private static double Seconds(Stopwatch watch) => Math.Round(watch.Elapsed.TotalSeconds, 1);

    private static long Executed(Machine machine) => machine.Count - machine.IdleCount;

    private static void Keep(Machine machine, string name)
    {
        machine.Display.TakeFrame();
        File.WriteAllBytes(Path.Combine(Pictures, name + ".png"), PngImage.Of(machine.Display.Picture, machine.Display.Width, machine.Display.Height));
    }

    [GeneratedRegex(@"Errors:\s*(\d+)")]
    private static partial Regex Errors();
}
