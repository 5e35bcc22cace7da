using System.Diagnostics;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Gateway.Tests.Latency.Statistics;

namespace RemoteChain.Benchmarks;

/// <summary>
/// What a comparison finds in samples whose faults are known because they are made up: the statistics alone, before any stamp or probe can be
/// wrong. The table in docs/latency.md is from here.
/// </summary>
public static class StatisticsCampaign
{
    private const int Seed = 20_000;
    private const double NanosPerMilli = 1e6;

    private static readonly int[] s_paced = [SimulatedChain.Host, SimulatedChain.PictureQueue];
    private static readonly int[] s_unpaced = [.. Enumerable.Range(0, SimulatedChain.Keys.Length).Except(s_paced)];

    private static readonly (double Millis, FaultShape Shape)[] s_faults =
    [
        (2, FaultShape.Constant), (5, FaultShape.Constant), (20, FaultShape.Constant), (100, FaultShape.Constant),
        (5, FaultShape.Intermittent), (20, FaultShape.Intermittent), (2, FaultShape.Jitter), (5, FaultShape.Jitter),
    ];

    /// <summary>Runs it. <c>--runs</c> (default 300) a cell, <c>--samples</c> (default 300) a side, <c>--shams</c> (default 2000).</summary>
    public static Task<object> RunAsync(BenchmarkOptions options)
    {
        int runs = options.Number("runs", 300), samples = options.Number("samples", 300), shams = options.Number("shams", 2000);
        var cells = new List<object>();
        foreach (var (millis, shape) in s_faults)
        {
            BenchmarkOptions.Say($"{millis} ms {shape} ...");
            cells.Add(Cell(millis, shape, false, s_unpaced, runs, samples));
            cells.Add(Cell(millis, shape, true, s_paced, runs / 3, samples));
        }

        BenchmarkOptions.Say("not separable ...");
        object pooled = Pooled(runs / 3, samples);
        BenchmarkOptions.Say("no fault ...");
        return Task.FromResult<object>(new { samplesPerSide = samples, cells, pooled, sham = Sham(shams, samples) });
    }

    private static object Cell(double millis, FaultShape shape, bool paced, int[] stages, int runs, int samples)
    {
        int named = 0, certain = 0, first = 0, others = 0;
        var errors = new List<double>();
        long started = Stopwatch.GetTimestamp();
        for (int run = 0; run < runs; run++)
        {
            int stage = stages[run % stages.Length];
            var chain = new SimulatedChain(Seed + run);
            var found = Comparison.Of(chain.Take(samples), chain.Take(samples, new Fault(stage, millis, shape)));
            var right = found.Changes.FirstOrDefault(change => Names(change, stage));
            named += right is null ? 0 : 1;
            certain += right is { Certainty: Certainty.Certain } ? 1 : 0;
            first += found.Leading is { } leading && Names(leading, stage) ? 1 : 0;
            others += found.Changes.Count(change => !Names(change, stage));
            if (right is not null)
            {
                errors.Add(Math.Abs(right.Size.Nanos / NanosPerMilli - millis));
            }
        }

        return new
        {
            delayMs = millis, shape = shape.ToString().ToLowerInvariant(), paced, runs, named, certain, lookedAtFirst = first, othersNamed = others,
            sizeErrorMs = Quantiles(errors), msPerRun = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds / runs, 1),
        };
    }

    // A fault smaller than the estimates are good: the set must be named, and no member of it alone.
    private static object Pooled(int runs, int samples)
    {
        int set = 0, split = 0;
        for (int run = 0; run < runs; run++)
        {
            var chain = new SimulatedChain(Seed + run) { UnknownMillis = 8 };
            var found = Comparison.Of(chain.Take(samples), chain.Take(samples, new Fault(run % 2 == 0 ? 5 : 6, 5)));
            set += found.Changes.Any(change => change.IsPooled) ? 1 : 0;
            split += found.Changes.Any(change => !change.IsPooled && change.Parts[0].Layer >= 2) ? 1 : 0;
        }

        return new { delayMs = 5, estimatesWithinMs = 8, runs, setNamed = set, falselySplit = split };
    }

    private static object Sham(int runs, int samples)
    {
        int likely = 0, certain = 0;
        var chain = new SimulatedChain(Seed);
        var before = chain.Take(samples);
        for (int run = 0; run < runs; run++)
        {
            var after = chain.Take(samples);
            var changes = Comparison.Of(before, after).Changes;
            likely += changes.IsEmpty ? 0 : 1;
            certain += changes.Any(change => change.Certainty == Certainty.Certain) ? 1 : 0;
            before = after;
        }

        return new { runs, named = likely, alarms = certain };
    }

    private static bool Names(Change change, int stage) => change.Parts is [var part] && part == Part.Of(SimulatedChain.Keys[stage]);

    private static object? Quantiles(List<double> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        double[] sorted = [.. values.Order()];
        return new { p50 = Math.Round(sorted[sorted.Length / 2], 3), p95 = Math.Round(sorted[(int)(sorted.Length * 0.95)], 3) };
    }
}
