using System.Diagnostics;
using RemoteChain.Emulator.Tests.Cases;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>
/// Single instructions with random operands, segments and faults, executed in a small i386 process on the processor under us and in the emulator: how many
/// differ, and the first of them in words. <c>--cases</c> (default ten million) and <c>--seed</c>.
/// </summary>
public static class CasesBenchmark
{
    private const int Part = 250_000;

    /// <summary>Runs it.</summary>
    public static Task<object> RunAsync(BenchmarkOptions options)
    {
        long wanted = options.Number("cases", 10_000_000);
        int seed = options.Number("seed", 1);
        if (HostProcess.Missing is { } missing)
        {
            throw new InvalidOperationException($"Nothing to compare with: {missing}.");
        }

        using MachineCases cases = new(seed);
        var watch = Stopwatch.StartNew();
        while (cases.Done < wanted)
        {
            cases.Run(Math.Min(Part, wanted - cases.Done));
            BenchmarkOptions.Say($"{cases.Done / 1000} thousand cases, {cases.Faulted / 1000} thousand faults, {cases.Different} differ, {watch.Elapsed.TotalSeconds:F0} s");
        }

        foreach (string difference in cases.Differences)
        {
            BenchmarkOptions.Say(difference);
        }

        return Task.FromResult<object>(new
        {
            cases = cases.Done, seed, faulted = cases.Faulted, different = cases.Different, mnemonics = cases.Mnemonics.Count,
            casesPerSecond = Math.Round(cases.Done / watch.Elapsed.TotalSeconds),
            fewest = cases.Mnemonics.OrderBy(entry => entry.Value.Cases).Take(5).ToDictionary(entry => entry.Key, entry => entry.Value.Cases),
            differing = cases.Mnemonics.Where(entry => entry.Value.Different > 0).ToDictionary(entry => entry.Key, entry => entry.Value.Different),
        });
    }
}
