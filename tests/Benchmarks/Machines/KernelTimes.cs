using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>The least processor seconds that one program took on each side, the firmware's taken off. Not the wall's: others work on this machine too.</summary>
internal sealed unsafe partial class KernelTimes
{
    private const int Children = -1, ThisThread = 1;

    private const int ProcessMsMax = 300_000;

    public double? NativeS { get; private set; }

    public double? MachineS { get; private set; }

    public double? QemuS { get; private set; }

    public double? BochsS { get; private set; }

    public long Instructions { get; private set; }

    /// <summary>Runs it once on every side, one behind the other, and compares what they say.</summary>
    public void Take(Kernel kernel, bool others)
    {
        NativeS = Least(NativeS, Time(Children, () => Run(kernel, "native", kernel.Native), out string native));
        double machine = Time(ThisThread, kernel.RunMachine, out string mine);
        Instructions = kernel.Instructions;
        MachineS = Least(MachineS, machine);
        Demand(kernel, "the machine", native, mine);
        if (!others)
        {
            return;
        }

        QemuS = Other(QemuS, kernel, "QEMU", native, kernel.Qemu);
        BochsS = Other(BochsS, kernel, "Bochs", native, kernel.Bochs);
    }

    private static double? Other(double? before, Kernel kernel, string name, string wanted, Func<bool, string[]?> command)
    {
        if (command(false) is not { } words || command(true) is not { } empty)
        {
            return null;
        }

        double firmware = Time(Children, () => Run(kernel, name, empty), out _);
        double seconds = Time(Children, () => Run(kernel, name, words), out string said) - firmware;
        Demand(kernel, name, wanted, said);
        return Least(before, Math.Max(seconds, 0.001));
    }

    private static void Demand(Kernel kernel, string who, string wanted, string said)
    {
        if (!said.Contains(wanted.Trim(), StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{kernel.Name}: {who} says '{said.Trim()}' and not '{wanted.Trim()}'");
        }
    }

    private static double Least(double? before, double seconds) => Math.Round(Math.Min(before ?? double.MaxValue, seconds), 4);

    private static double Time(int whose, Func<string> run, out string said)
    {
        double started = ProcessorSeconds(whose);
        said = run();
        return ProcessorSeconds(whose) - started;
    }

    private static double ProcessorSeconds(int whose)
    {
        // getrusage(2): seconds and microseconds, of the program and of the kernel for it, and fourteen counts.
        long* usage = stackalloc long[18];
        return getrusage(whose, usage) == 0 ? usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6) : throw new InvalidOperationException("no times from the kernel");
    }

    [LibraryImport("libc")]
    private static partial int getrusage(int who, long* usage);

    private static string Run(Kernel kernel, string who, params string[] words)
    {
        ProcessStartInfo start = new(words[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string word in words[1..])
        {
            start.ArgumentList.Add(word);
        }

        start.Environment["TERM"] = "xterm";
        using var process = Process.Start(start)!;
        // Debian's Bochs waits in its debugger until somebody says continue.
        process.StandardInput.Write("c\nq\n");
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(ProcessMsMax))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{kernel.Name}: {who} takes longer than {ProcessMsMax / 1000} s");
        }

        return said.Result + errors.Result;
    }
}
