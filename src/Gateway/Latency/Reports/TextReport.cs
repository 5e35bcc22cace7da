using System.Text;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>A report for a terminal of 80 columns.</summary>
static class TextReport
{
    /// <summary>No line is longer.</summary>
    public const int Columns = 80;

    const int NameColumns = 26;
    const int BarColumns = 11;
    const int WaterfallColumns = 38;
    const int ChangesMax = 5;
    const int WhatIfsMax = 3;

    /// <summary>Writes it.</summary>
    public static string Write(LatencyReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(Fit(Words.Printable(report.Subject.ToString()), Columns));
        text.AppendLine(Words.Span(report.Span.Since, report.Span.Until)).AppendLine();
        Wrapped(text, report.Summary.Verdict);
        if (report.Hint is { } hint) Wrapped(text, hint);
        if (report.Main is { } main && !main.Stages.IsEmpty)
        {
            Strip(text, main);
            foreach (var note in report.Notes) Wrapped(text, note);
            Others(text, report, main);
            Changes(text, main);
        }
        if (report.Example is { } example) Steps(text, example);
        Confidence(text, report);
        return text.ToString();
    }

    static void Strip(StringBuilder text, GroupSummary group)
    {
        text.AppendLine();
        text.AppendLine($"{Fit($"{group.Load.Word()}, ms",
            NameColumns),-NameColumns}   floor typical    tail  share gr");
        foreach (var layer in group.Layers)
        {
            var name = Words.Printable(layer.Part.LayerName);
            var stages = group.Stages.Where(stage => stage.Part.Layer == layer.Part.Layer && stage.Part.LayerName == layer.Part.LayerName)
                .ToList();
            // A name of several layers has a line of its own: what is cut off of it could be the one that is looked for.
            if (name.Length <= NameColumns) Line(text, name, layer);
            else
            {
                text.AppendLine(Fit(name, Columns));
                if (stages.Count > 1) Line(text, "  together", layer);
            }
            foreach (var stage in stages) Line(text, $"  {stage.Part.Stage?.Name()}", stage);
        }
        text.AppendLine($"{"total",-NameColumns}{Words.Millis(group.Floor.Nanos),8}{Words.Millis(group.MedianBandNanos),8}"
            + $"{Words.Millis(group.SlowMeanNanos),8}  100 %");
    }

    static void Line(StringBuilder text, string name, PartSummary part)
    {
        var bar = Bar(part.MedianShare.Value, BarColumns);
        text.AppendLine($"{Fit(name, NameColumns),-NameColumns}{Words.Millis(part.Floor.Nanos),8}{Words.Millis(part.Median.Nanos),8}"
            + $"{Words.Millis(part.Slow?.Nanos),8}{Words.Percent(part.MedianShare.Value),5} % {part.Grade.Letter(),2} {bar}".TrimEnd());
    }

    static void Others(StringBuilder text, LatencyReport report, GroupSummary main)
    {
        var others = report.Summary.Groups.Where(group => group != main && group.Count > 0).ToList();
        if (others.Count == 0) return;
        text.AppendLine();
        foreach (var group in others)
        {
            var name = group.Kind is { } kind ? $"{group.Load.Word()}, {Words.Kind(kind)} ({kind.ToString().ToLowerInvariant()})"
                : group.Load.Word();
            text.AppendLine($"{Fit(name, NameColumns),-NameColumns} p50 {Words.Millis(group.P50.Nanos),6}  p95 "
                + $"{Words.Millis(group.P95?.Nanos),6}  p99 {Words.Millis(group.P99?.Nanos),6}  n {Words.Number(group.Count)}");
        }
    }

    static void Changes(StringBuilder text, GroupSummary group)
    {
        if (group.ChangePoints.IsEmpty && group.WhatIfs.IsEmpty) return;
        text.AppendLine();
        foreach (var change in group.ChangePoints.TakeLast(ChangesMax))
        {
            text.AppendLine(Fit($"{Words.Moment(change.At)}  {Words.Change(change.Change.Nanos)} ms  "
                + Words.Printable(change.Part?.ToString() ?? "total"), Columns));
        }
        foreach (var whatIf in group.WhatIfs.Take(WhatIfsMax)) Wrapped(text, whatIf.Sentence());
    }

    static void Steps(StringBuilder text, Sample sample)
    {
        var steps = Waterfall.Of(sample);
        var end = Math.Max(1, steps.Max(step => (long?)(step.StartNanos + Math.Max(0, step.Time.Nanos))) ?? 1);
        text.AppendLine();
        text.AppendLine($"One slow input of {Words.Moment(sample.At)} UTC: {Words.Kind(sample.Kind)}, {Words.Millis(sample.TotalNanos)} ms");
        foreach (var step in steps)
        {
            var start = (int)((double)step.StartNanos / end * WaterfallColumns);
            var stop = (int)Math.Ceiling((step.StartNanos + Math.Max(0.0, step.Time.Nanos)) / end * WaterfallColumns);
            var fill = step.IsWaiting ? '░' : step.IsFuzzy ? '▒' : '█';
            var bar = new string(' ', start) + new string(fill, Math.Clamp(stop - start, 1, WaterfallColumns - Math.Min(start, WaterfallColumns - 1)));
            var stage = $"/{step.Time.Key.Stage.Name()}";
            // The stage says more than the end of a long layer's name.
            var name = Fit(Words.Printable(step.Time.Key.LayerName), NameColumns - stage.Length) + stage;
            text.AppendLine($"{name,-NameColumns} {Fit(bar, WaterfallColumns),-WaterfallColumns}"
                + $" {Words.Millis(step.Time.Nanos),8} {step.Time.Grade.Letter()}");
        }
    }

    static void Confidence(StringBuilder text, LatencyReport report)
    {
        text.AppendLine();
        Wrapped(text, ConfidenceSentence.Of(report));
        foreach (var damaged in report.Damaged) Wrapped(text, damaged);
        Wrapped(text, "Parts are means of the same inputs and add up; percentiles do not. "
            + string.Join(", ", Grades(report).Select(grade => $"{grade.Letter()} {grade.Meaning()}")) + ".");
    }

    static IEnumerable<Grade> Grades(LatencyReport report) => report.Samples.Take(1000).SelectMany(sample => sample.Times)
        .Select(time => time.Grade).Distinct().Order();

    // Eighths of a column, so that small shares can be seen.
    static string Bar(double share, int columns)
    {
        var eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * columns * 8);
        var rest = eighths % 8;
        return new string('█', eighths / 8) + (rest == 0 ? "" : "▏▎▍▌▋▊▉"[rest - 1].ToString());
    }

    static string Fit(string text, int columns) => text.Length <= columns ? text : string.Concat(text.AsSpan(0, columns - 1), "…");

    static void Wrapped(StringBuilder text, string sentence)
    {
        var column = 0;
        foreach (var word in Words.Printable(sentence).Split(' ').SelectMany(word => word.Chunk(Columns).Select(part => new string(part))))
        {
            if (column > 0 && column + 1 + word.Length > Columns)
            {
                text.AppendLine();
                column = 0;
            }
            if (column > 0) text.Append(' ');
            text.Append(word);
            column += word.Length + (column > 0 ? 1 : 0);
        }
        text.AppendLine();
    }
}
