namespace RemoteChain.Benchmarks.Blame;

/// <summary>A campaign's figures.</summary>
public static class BlameReport
{
    /// <summary>The scores by cell, with shams and faults of the probe path beside them.</summary>
    public static object Of(IReadOnlyList<BlameScore> scores, UnexplainedRest rest, int samples, TimeSpan took, int notRun, IReadOnlyDictionary<string, string> closedRoads)
    {
        var shams = scores.Where(score => score.Run.Plan.Kind == RunKind.Sham).ToList();
        var probes = scores.Where(score => score.Run.Plan.Kind == RunKind.ProbePath).ToList();
        var faults = scores.Where(score => score.Run.Plan.Kind == RunKind.Fault).ToList();
        return new
        {
            cells = faults.GroupBy(Cell).OrderBy(cell => cell.Key).Select(Figures).ToList(),
            sham = new { runs = shams.Count, hours = Math.Round(shams.Sum(Hours), 4), alarms = shams.Sum(score => score.Alarms), suspects = shams.Sum(score => score.Suspects) },
            probePathOnly = new { runs = probes.Count, alarms = probes.Sum(score => score.Alarms), suspects = probes.Sum(score => score.Suspects) },
            unexplained = new { ms = Round(rest.Millis), share = Round(rest.Share), ms95 = Round(rest.Millis95), keys = rest.Count },
            samplesPerSide = samples,
            minutes = Math.Round(took.TotalMinutes, 1),
            notRun,
            closedRoads,
            all = new { runs = faults.Count, named = faults.Count(score => score.Named), setNamed = faults.Count(score => score.SetNamed), layerNamed = faults.Count(score => score.LayerNamed) },
        };
    }

    private static (string Road, string Layers, double Delay, string Shape, string Load) Cell(BlameScore score)
    {
        var faults = score.Run.Plan.Faults;
        return (score.Run.Plan.Road, string.Join(" + ", faults.Select(fault => fault.Place)), faults[0].DelayMillis, faults[0].Shape, score.Run.Plan.Load);
    }

    private static object Figures(IGrouping<(string Road, string Layers, double Delay, string Shape, string Load), BlameScore> cell) => new
    {
        road = cell.Key.Road, layers = cell.Key.Layers.Split(" + "), delayMs = cell.Key.Delay, shape = cell.Key.Shape, load = cell.Key.Load, runs = cell.Count(),
        named = cell.Count(score => score.Named), setNamed = cell.Count(score => score.SetNamed), layerNamed = cell.Count(score => score.LayerNamed),
        sizeErrorMs = Round(Median(cell.Select(score => score.SizeErrorMillis))), leakage = Round(Median(cell.Select(score => score.Leakage))),
        samples = cell.Min(score => score.Samples),
    };

    private static double Hours(BlameScore score) =>
        (score.Run.Baseline.Until - score.Run.Baseline.Since + (score.Run.Faulty.Until - score.Run.Faulty.Since)).TotalHours;

    /// <summary>The middle one of what is known; null when nothing is.</summary>
    internal static double? Median(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToArray();
        return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
    }

    private static double? Round(double? value) => value is { } v ? Math.Round(v, 3) : null;
}
