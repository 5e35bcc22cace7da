using System.Diagnostics;
using RemoteChain.Emulator.Tests.Guests;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>
/// Small programs (kernels.cpp), natively, in this project's machine, and in QEMU and Bochs where they are installed, interleaved: processor seconds of each, the least of
/// <c>--rounds</c> (default 3), and how many times slower than the host each machine is, and than ours the other two. Then Linux, to its shell.
/// </summary>
public static class MachineBenchmark
{
    private const int IntegerKernels = 8;
    private const long PromptAfterAtMost = 3_000_000_000;

    // How often each runs, so that the host takes some tenths of a second.
    private static readonly (string Name, int Rounds)[] s_kernels =
    [
        ("crc", 2), ("sieve", 4), ("sort", 4), ("fib", 12), ("matrix", 6), ("calls", 3), ("list", 1), ("div", 5), ("x87", 30), ("sse", 120), ("movs", 8),
    ];

    /// <summary>Runs it.</summary>
    public static Task<object> RunAsync(BenchmarkOptions options)
    {
        int rounds = options.Number("rounds", 3);
        string? only = options.Word("kernel");
        bool others = !options.Has("alone");
        using var folder = new KernelFolder();
        var results = new Dictionary<string, KernelTimes>();
        (long instructions, double seconds) integers = (0, 0);
        for (int n = 0; n < s_kernels.Length; n++)
        {
            var (name, times) = s_kernels[n];
            if (only is not null && only != name)
            {
                continue;
            }

            var kernel = folder.Compile(n + 1, name, times);
            var best = new KernelTimes();
            for (int round = 0; round < rounds; round++)
            {
                best.Take(kernel, others);
            }

            results[name] = best;
            integers = n < IntegerKernels ? (integers.instructions + best.Instructions, integers.seconds + best.MachineS!.Value) : integers;
            BenchmarkOptions.Say($"{name,-7} native {best.NativeS:F3} s, machine {best.MachineS:F3} s ({best.Instructions / best.MachineS / 1e6:F0} million/s), "
                + $"qemu {best.QemuS:F3} s, bochs {best.BochsS:F3} s");
        }

        var whole = results.Where(entry => Array.FindIndex(s_kernels, kernel => kernel.Name == entry.Key) < IntegerKernels).Select(entry => entry.Value).ToList();
        return Task.FromResult<object>(new
        {
            kernels = results.ToDictionary(entry => entry.Key, entry => new { entry.Value.NativeS, entry.Value.MachineS, entry.Value.QemuS, entry.Value.BochsS }),
            geomean = new
            {
                machine = Slowdown(whole, times => times.MachineS), qemu = Slowdown(whole, times => times.QemuS), bochs = Slowdown(whole, times => times.BochsS),
            },
            thanMachine = new { qemu = Mean(whole, times => times.QemuS, times => times.MachineS), bochs = Mean(whole, times => times.BochsS, times => times.MachineS) },
            mips = Math.Round(integers.instructions / Math.Max(integers.seconds, 1e-9) / 1e6),
            boot = only is null ? Boot() : null,
        });
    }

    private static double? Slowdown(List<KernelTimes> kernels, Func<KernelTimes, double?> seconds) =>
        Mean(kernels, seconds, times => times.NativeS);

    private static double? Mean(List<KernelTimes> kernels, Func<KernelTimes, double?> seconds, Func<KernelTimes, double?> than) =>
        kernels.Count == 0 || kernels.Any(times => seconds(times) is null || than(times) is null) ? null
            : Math.Round(Math.Exp(kernels.Average(times => Math.Log(seconds(times)!.Value / than(times)!.Value))), 2);

    // The same guest as LinuxBootTests has; null where nobody has fetched it (deploy/steps/guests.sh).
    private static object? Boot()
    {
        if (!GuestFolder.Has("vmlinux"))
        {
            BenchmarkOptions.Say("no guest to boot: deploy/steps/guests.sh fetches one");
            return null;
        }

        using LinuxGuest guest = new(LinuxGuest.Shell, new());
        var watch = Stopwatch.StartNew();
        guest.RunUntil("/ # ", PromptAfterAtMost);
        return new { initSeconds = Math.Round(watch.Elapsed.TotalSeconds, 2), instructions = guest.Machine.Count - guest.Machine.IdleCount };
    }
}
