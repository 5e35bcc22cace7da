namespace RemoteChain.Benchmarks.Blame;

/// <summary>A campaign's figures.</summary>
public static class BlameReport
{
    /// <summary>The scores by cell, with shams and faults of the probe path beside them.</summary>
    public static object Of(
        IReadOnlyList<BlameScore> scores, UnexplainedRest rest, UndisturbedSpans undisturbed, MachineAgreement machine, int samples, TimeSpan took, int notRun, IReadOnlyDictionary<string, string> closedRoads)
    {
        var shams = scores.Where(score => score.Run.Plan.Kind == RunKind.Sham).ToList();
        var probes = scores.Where(score => score.Run.Plan.Kind == RunKind.ProbePath).ToList();
        var faults = scores.Where(score => score.Run.Plan.Kind == RunKind.Fault).ToList();
        return new
        {
            cells = BlameCell.Of(faults),
            sham = new { runs = shams.Count, hours = Math.Round(shams.Sum(Hours), 4), alarms = shams.Sum(score => score.Alarms), suspects = shams.Sum(score => score.Suspects) },
            undisturbed = new { comparisons = undisturbed.Comparisons, sessionHours = Math.Round(undisturbed.SessionHours, 2), alarms = undisturbed.Alarms, suspects = undisturbed.Suspects },
            probePathOnly = new { runs = probes.Count, alarms = probes.Sum(score => score.Alarms), suspects = probes.Sum(score => score.Suspects) },
            unexplained = new { ms = Round(rest.Millis), share = Round(rest.Share), ms95 = Round(rest.Millis95), keys = rest.Count },
            machine = machine.Figures(),
            samplesPerSide = samples,
            minutes = Math.Round(took.TotalMinutes, 1),
            notRun,
            closedRoads,
            all = new { runs = faults.Count, named = faults.Count(score => score.Named), setNamed = faults.Count(score => score.SetNamed), layerNamed = faults.Count(score => score.LayerNamed) },
        };
    }

    /// <summary>How long the keys of both sides were pressed.</summary>
    internal static double Hours(BlameScore score) =>
        (score.Run.Baseline.Until - score.Run.Baseline.Since + (score.Run.Faulty.Until - score.Run.Faulty.Since)).TotalHours;

    /// <summary>The middle one of what is known; null when nothing is.</summary>
    internal static double? Median(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToArray();
        return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
    }

    /// <summary>To three places.</summary>
    internal static double? Round(double? value) => value is { } v ? Math.Round(v, 3) : null;
}
