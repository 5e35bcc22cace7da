using RemoteChain.Emulator;
using RemoteChain.Emulator.Cpu;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>One compiled program: for the host, and as a disk.</summary>
internal sealed unsafe class Kernel(string name, string folder, string[] native, string disk, string emptyDisk)
{
    private const long InstructionsMax = 20_000_000_000;
    private const uint LoadedAt = 0x7C00, BeginAt = 0x7E00, ResultAt = 0x6000;

    public string Name => name;

    /// <summary>How it is run on the host.</summary>
    public string[] Native => native;

    /// <summary>Of the last run in the machine.</summary>
    public long Instructions { get; private set; }

    /// <summary>Runs the disk's program in this project's machine, which puts it where the boot sector would.</summary>
    public string RunMachine()
    {
        using Machine machine = new(new() { MemoryBytes = 64 << 20 });
        File.ReadAllBytes(disk).AsSpan(0, 24 << 10).CopyTo(machine.Memory.Span(LoadedAt, 24 << 10));
        // SAFETY: the state belongs to the machine, which lives until the end of this.
        var state = machine.Core.State;
        state->Cr0 |= Core.ProtectionOn;
        state->Cs = Core.Unpack(8, 0x0000_FFFF, 0x00CF_9B00);
        foreach (int segment in (int[])[Core.Es, Core.Ss, Core.Ds, Core.Fs, Core.Gs])
        {
            machine.Core.Segments[segment] = Core.Unpack(16, 0x0000_FFFF, 0x00CF_9300);
        }

        state->Ip = BeginAt;
        machine.Core.ModeChanged();
        var stop = machine.Run(InstructionsMax);
        Instructions = machine.Count;
        return stop == MachineStop.Halted
            ? $"{name} {BitConverter.ToUInt32(machine.Memory.Span(ResultAt, 4)):x8}"
            : $"the machine stopped: {stop} at {state->Ip:x}";
    }

    /// <summary>How QEMU is told to run it, or null where there is none.</summary>
    public string[]? Qemu(bool empty) => Find("qemu-system-i386") is not { } qemu ? null :
    [
        qemu, "-accel", "tcg", "-cpu", "qemu32", "-m", "64", "-display", "none", "-monitor", "none", "-serial", "none", "-net", "none",
        "-drive", $"if=floppy,format=raw,file={(empty ? emptyDisk : disk)}", "-boot", "a", "-debugcon", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
    ];

    /// <summary>Likewise Bochs.</summary>
    public string[]? Bochs(bool empty)
    {
        if (Find("bochs-bin") is not { } bochs)
        {
            return null;
        }

        string settings = Path.Combine(folder, empty ? "empty.bochs" : $"{name}.bochs");
        File.WriteAllText(settings, $"""
            megs: 64
            display_library: term
            floppya: 1_44={(empty ? emptyDisk : disk)}, status=inserted
            boot: floppy
            log: /dev/null
            port_e9_hack: enabled=1
            clock: sync=none
            panic: action=report
            error: action=ignore

            """);
        return [bochs, "-q", "-f", settings];
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin")
        .Select(path => Path.Combine(path, program)).FirstOrDefault(File.Exists);
}
