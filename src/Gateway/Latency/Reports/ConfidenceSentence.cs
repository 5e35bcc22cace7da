using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>How far a report can be trusted, in one line.</summary>
static class ConfidenceSentence
{
    /// <summary>Match rate, samples, and what is missing.</summary>
    public static string Of(LatencyReport report)
    {
        var parts = new List<string>();
        if (report.Summary.Matches is { Rate: { } rate } matches)
            parts.Add($"{Words.Percent(rate)} % of {Words.Number(matches.Inputs)} inputs matched with their picture");
        else parts.Add("match rate not known");
        parts.Add(report.IsDrawn
            ? $"{Words.Number(report.Samples.Length)} samples drawn from {Words.Number(report.Counts.Samples)}"
            : $"{Words.Number(report.Samples.Length)} samples");
        if (report.Samples.Length > 0) parts[^1] += $" since {Words.Moment(report.Samples[0].At)} UTC";
        if (report.Totals is { } totals && report.Main is { } main)
            parts.Add($"all {Words.Number(totals.Count)} {main.Load.Word()} ones have a p50 of {Words.Millis(totals.QuantileNanos(0.5))} ms"
                + (totals.Count < 1000 ? "" : $" and a p99 of {Words.Millis(totals.QuantileNanos(0.99))} ms"));
        if (report.FromProbes) parts.Add("all of them the gateway's own probes, because nobody typed");
        if (report.Summary.Censored > 0) parts.Add($"{Words.Number(report.Summary.Censored)} unanswered and counted as lower bounds");
        if (report.Counts.Dropped > 0) parts.Add($"{Words.Number(report.Counts.Dropped)} lost because the disk was slow");
        return $"Confidence: {string.Join("; ", parts)}.";
    }
}
