using System.Diagnostics;
using RemoteChain.Emulator.Tests.Cases;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>
/// The i386 tests of QEMU's own source package, in a Linux guest of this project's machine: what each says and how it ends, beside the same program run
/// by the host, or by QEMU's user mode where the host's kernel runs no 32-bit programs. <c>--test NAME</c> runs one,
/// <c>--slow</c> also those that QEMU runs only when it has time. Outputs that differ are kept in artifacts/machine-qemu-tests.
/// </summary>
public static class QemuTestsBenchmark
{
    /// <summary>Tests of instructions that came after the emulated processor.</summary>
    private static readonly IReadOnlyDictionary<string, string> s_beyond = new Dictionary<string, string>
    {
        ["test-i386-bmi2"] = "BMI2", ["test-i386-pcmpistri"] = "SSE4.2", ["test-i386-sse-exceptions"] = "SSE4.1",
    };

    /// <summary>As QEMU's makefile has it (SPEED=slow): some thousand million x87 instructions.</summary>
    private static readonly string[] s_slow = ["test-i386-fprem"];

    /// <summary>What timeout(1) ends with.</summary>
    private const int OutOfTime = 124;

    private static readonly string s_kept = Path.Combine(Repository.Root, "artifacts", "machine-qemu-tests");

    /// <summary>Runs it.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        string folder = (await Shell.RunLongAsync("sh", [Path.Combine(Repository.Root, "deploy", "steps", "qemu-tests.sh")], TimeSpan.FromMinutes(5))).Trim();
        string[] names = options.Word("test") is { } only ? [only]
            : [.. (await File.ReadAllLinesAsync(Path.Combine(folder, "order"))).Where(name => options.Has("slow") || !s_slow.Contains(name))];
        string? reference = Host32.RunsPrograms ? "" : Find("qemu-i386");
        BenchmarkOptions.Say(reference switch
        {
            null => "no 32-bit programs here, and no qemu-i386: only their own verdicts count",
            "" => "compared with the host",
            _ => "the host's kernel runs no 32-bit programs: compared with qemu-i386",
        });
        Directory.CreateDirectory(s_kept);
        var watch = Stopwatch.StartNew();
        var results = new Dictionary<string, object>();
        var verdicts = new List<string>();
        using QemuTestsGuest guest = new(folder, names);
        foreach (string name in names)
        {
            var (status, said) = guest.Next(name);
            var (expectedStatus, expected) = reference is null ? (0, null) : Reference(reference, Path.Combine(folder, name));
            string verdict = s_beyond.TryGetValue(name, out string? beyond) ? $"needs {beyond}"
                : expectedStatus == OutOfTime ? "the reference hangs" : status != expectedStatus ? "other status" : expected is null ? "passed" : said == expected ? "same" : "other output";
            int lines = expected is null ? 0 : await KeepAsync(name, said, expected);
            verdicts.Add(verdict);
            results[name] = new { verdict, status, referenceStatus = reference is null ? null : (int?)expectedStatus, lines = said.Count(c => c == '\n'), differingLines = lines };
            BenchmarkOptions.Say($"{name,-28} {verdict}: status {status}, there {expectedStatus}, {lines} lines differ, {watch.Elapsed.TotalSeconds:F0} s");
        }

        return new
        {
            reference = reference switch { null => "none", "" => "host", _ => "qemu-i386" }, tests = results, seconds = Math.Round(watch.Elapsed.TotalSeconds),
            millionInstructions = guest.Count / 1_000_000, same = verdicts.Count(verdict => verdict is "same" or "passed"),
            differ = verdicts.Count(verdict => verdict.StartsWith("other", StringComparison.Ordinal)),
            beyond = verdicts.Count(verdict => verdict.StartsWith("needs", StringComparison.Ordinal)),
        };
    }

    private static (int Status, string Said) Reference(string emulator, string program)
    {
        // By a shell, as in the guest: one file for both streams, and signals as 128 and their number.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "timeout 30 $0 \"$1\" 2>&1", emulator, program])
        {
            RedirectStandardOutput = true, WorkingDirectory = s_kept,
        })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    private static async Task<int> KeepAsync(string name, string said, string expected)
    {
        string[] here = said.Split('\n'), there = expected.Split('\n');
        int differing = Enumerable.Range(0, Math.Max(here.Length, there.Length)).Count(n => here.ElementAtOrDefault(n) != there.ElementAtOrDefault(n));
        if (differing > 0)
        {
            await File.WriteAllTextAsync(Path.Combine(s_kept, name + ".machine"), said);
            await File.WriteAllTextAsync(Path.Combine(s_kept, name + ".reference"), expected);
        }

        return differing;
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(path => Path.Combine(path, program)).FirstOrDefault(File.Exists);
}
