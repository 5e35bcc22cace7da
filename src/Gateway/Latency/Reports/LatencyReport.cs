using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>What a report is about.</summary>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Session">The session's identifier; null for all sessions of the chain that the reader may see.</param>
public sealed record ReportSubject(string Chain, string? Session)
{
    /// <summary>The software of the host's server, by its fingerprint; empty when not known.</summary>
    public string Server { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => Session is null ? $"chain {Chain}" : $"chain {Chain}, session {Session}";
}

/// <summary>Which samples a report is about.</summary>
/// <param name="Since">From when on.</param>
/// <param name="Until">Until when.</param>
/// <param name="Load">Only idle or only busy ones; null for both, which are never mixed in one figure.</param>
public sealed record ReportSpan(DateTimeOffset Since, DateTimeOffset Until, Load? Load = null);

/// <summary>A report before it is written in one of the formats.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Span">Which samples.</param>
/// <param name="Summary">The figures.</param>
/// <param name="Samples">The samples that the figures are of, by time.</param>
/// <param name="Example">One real slow input; null without samples.</param>
/// <param name="Counts">What was recorded, of all minutes that the span touches.</param>
/// <param name="FromProbes">True when no user typed in that span and the figures are of the gateway's own probes.</param>
/// <param name="IsDrawn">True when the samples are a part of what was recorded, drawn at random.</param>
/// <param name="Damaged">Sentences about rows that could not be read.</param>
public sealed record LatencyReport(
    ReportSubject Subject, ReportSpan Span, LatencySummary Summary, ImmutableArray<Sample> Samples, Sample? Example, LatencyCounts Counts,
    bool FromProbes, bool IsDrawn, ImmutableArray<string> Damaged)
{
    /// <summary>Totals of all answered inputs of <see cref="Main"/>'s load, also of those that are not among the samples, of all minutes
    /// that the span touches; null when the samples are everything.</summary>
    public LogHistogram? Totals { get; init; }

    /// <summary>Makes a report of what was kept. Users' inputs and probes are never mixed: probes only count when there is nothing
    /// else.</summary>
    public static LatencyReport Of(ReportSubject subject, ReportSpan span, KeptSamples kept)
    {
        var fitting = kept.Samples.Where(Fits).ToList();
        var fromProbes = fitting.Count > 0 && fitting.TrueForAll(sample => sample.Origin == SampleOrigin.Probe);
        var origin = fromProbes ? SampleOrigin.Probe : SampleOrigin.Passive;
        var samples = fitting.Where(sample => sample.Origin == origin).ToImmutableArray();
        var counts = kept.Counts;
        var matches = counts.Expected == 0 ? null
            : new AnsweredInputs(counts.Expected, counts.Matched, samples.Count(sample => sample.Censored));
        var summary = LatencySummary.Of(samples, matches);
        var slow = kept.Slowest.Where(sample => Fits(sample) && sample.Origin == origin);
        var report = new LatencyReport(subject, span, summary, samples, Exemplary([.. samples, .. slow], summary), counts, fromProbes,
            kept.IsDrawn, kept.Damaged);
        return kept.IsDrawn && !fromProbes && report.Main is { } main ? report with { Totals = kept.Totals(main.Load) } : report;

        bool Fits(Sample sample) => span.Load is null || sample.Load == span.Load;
    }

    /// <summary>What the host's time probably is; null when nothing is known of it.</summary>
    public string? Hint => HostHabit.Of(Subject.Server, Main);

    /// <summary>Why layers share a bar, and what stands behind tunnels.</summary>
    public IReadOnlyList<string> Notes => WayNotes.Of(Main);

    /// <summary>The group that the report mostly shows: the largest, all kinds of input together.</summary>
    public GroupSummary? Main => Summary.Groups.Where(group => group.Kind is null).MaxBy(group => group.Count)
        ?? Summary.Groups.MaxBy(group => group.Count);

    // The slow input that is most like slow inputs are on average; the very slowest is often an accident of its own.
    static Sample? Exemplary(List<Sample> samples, LatencySummary summary)
    {
        var main = summary.Groups.Where(group => group.Kind is null).MaxBy(group => group.Count);
        var like = samples.Where(sample => !sample.Censored && (main is null || sample.Load == main.Load)).ToList();
        return main?.SlowMeanNanos is { } mean ? like.MinBy(sample => Math.Abs(sample.TotalNanos - mean))
            : like.MaxBy(sample => sample.TotalNanos);
    }
}
