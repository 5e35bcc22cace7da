using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>A report as one file for browsers and printers, which asks nothing of any server.</summary>
static class HtmlReport
{
    /// <summary>What the page may do: use what it carries itself, and nothing else.</summary>
    internal const string ContentSecurity = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

    const int ChangesMax = 12;
    const int WhatIfsMax = 6;

    /// <summary>Writes it.</summary>
    public static string Write(LatencyReport report)
    {
        var page = new StringBuilder();
        Begin(page, report);
        Sections(page, report);
        page.Append("</main><script>").Append(Html.Resource("report.js")).Append("</script></body></html>\n");
        return page.ToString();
    }

    /// <summary>Writes the sections alone, for a page that brings its own frame and the style sheet <see cref="StyleSheet"/>.</summary>
    public static string WriteSections(LatencyReport report)
    {
        var page = new StringBuilder();
        Sections(page, report);
        return page.ToString();
    }

    /// <summary>Writes one interaction, step by step.</summary>
    public static string WriteInput(Sample sample)
    {
        var page = new StringBuilder();
        page.Append("<p>").Append(Html.Text($"{Words.Kind(sample.Kind)} of {Words.Moment(sample.At)} UTC: {Words.Millis(sample.TotalNanos)} ms")).Append("</p>");
        HtmlWaterfall.Write(page, sample);
        return page.ToString();
    }

    /// <summary>How sections look, inside of an element of the class <c>report</c>.</summary>
    public static string StyleSheet => Html.Resource("report.colours.css") + Html.Resource("report.css");

    static void Sections(StringBuilder page, LatencyReport report)
    {
        Verdict(page, report);
        if (report.Main is { Stages.IsEmpty: false } main)
        {
            page.Section("chain", "Where the time goes", "From the user to the far end. Parts are means of the inputs in the middle "
                + $"(p40 to p60, {main.Load.Word()}), so they add up; the tail is of the slow inputs.", () =>
                {
                    HtmlChain.Write(page, main);
                    foreach (var note in report.Notes) page.Append("<p class=\"note\">").Append(Html.Text(note)).Append("</p>");
                });
            if (report.Example is { } example)
                page.Section("input", "One slow input, step by step", $"A real {Words.Kind(example.Kind)} of {Words.Moment(example.At)} UTC: "
                    + $"{Words.Millis(example.TotalNanos)} ms. Both directions of a transport are one bar, drawn where it is passed first.",
                    () => HtmlWaterfall.Write(page, example));
            if (main.SlowMeanNanos is not null)
                page.Section("slow", "Slow inputs against normal ones", "What is longer in slow inputs is what makes them slow. Each row is "
                    + "the mean of the same inputs.", () => HtmlTail.Write(page, main));
            page.Section("time", "Over time", "Darker is more frequent; the line is the median. The scale is logarithmic.",
                () => HtmlDensity.Write(page, report, main));
            Groups(page, report);
            Changes(page, main);
        }
        Confidence(page, report);
    }

    static void Begin(StringBuilder page, LatencyReport report)
    {
        var subject = Html.Text(report.Subject.Chain);
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"").Append(ContentSecurity).Append("\">")
            .Append("<title>Latency of ").Append(subject).Append("</title><style>").Append(Html.Resource("report.page.css")).Append(StyleSheet)
            .Append("</style></head>\n<body><header class=\"top\"><div class=\"mark\"><i></i><i></i><i></i></div><div><h1>").Append(subject)
            .Append("</h1><p>").Append(report.Subject.Session is { } session ? $"session {Html.Text(session)} · " : "all sessions · ")
            .Append(Html.Text(Words.Span(report.Span.Since, report.Span.Until)))
            .Append("</p></div><button id=\"theme\" type=\"button\" title=\"Light or dark\" aria-label=\"Light or dark\">◐</button></header><main class=\"report\">\n");
    }

    static void Verdict(StringBuilder page, LatencyReport report)
    {
        page.Append("<section class=\"verdict\"><p class=\"sentence\">").Append(Html.Text(report.Summary.Verdict)).Append("</p>");
        if (report.Hint is { } hint) page.Append("<p>").Append(Html.Text(hint)).Append("</p>");
        page.Append("<dl class=\"tiles\">");
        if (report.Main is { Count: > 0 } main)
        {
            Tile(page, "p50", Words.Bound(main.P50), $"ms ± {Words.Millis(main.P50.MarginNanos)}");
            Tile(page, "p95", Words.Bound(main.P95), main.P95 is null ? "needs 100 inputs" : "ms");
            Tile(page, "p99", Words.Bound(main.P99), main.P99 is null ? "needs 1000 inputs" : "ms");
            Tile(page, "floor", Words.Millis(main.Floor.Nanos), "ms");
        }
        Tile(page, "inputs", Words.Number(report.Summary.Count), report.FromProbes ? "probes" : "");
        if (report.Summary.Matches?.Rate is { } rate) Tile(page, "matched", $"{Words.Percent(rate)} %", "of inputs");
        page.Append("</dl></section>\n");
    }

    static void Tile(StringBuilder page, string name, string value, string unit) =>
        page.Append(CultureInfo.InvariantCulture, $"<div><dt>{name}</dt><dd>{Html.Text(value)} <small>{Html.Text(unit)}</small></dd></div>");

    static void Groups(StringBuilder page, LatencyReport report)
    {
        if (report.Summary.Groups.Length < 2) return;
        page.Section("groups", "By load and kind of input", "Hosts pace busy pictures, so idle and busy are never mixed.", () =>
        {
            page.Append("<div class=\"wide\"><table><thead><tr><th>load</th><th>input</th><th class=\"n\">inputs</th><th class=\"n\">floor</th>"
                + "<th class=\"n\">p50</th><th class=\"n\">p95</th><th class=\"n\">p99</th><th>most of the median</th></tr></thead><tbody>");
            foreach (var group in report.Summary.Groups)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{group.Load.Word()}</td><td>")
                    .Append(group.Kind is { } kind ? $"{Words.Kind(kind)} <small>{Html.Text(kind.ToString().ToLowerInvariant())}</small>" : "all")
                    .Append(CultureInfo.InvariantCulture, $"</td><td class=\"n\">{Words.Number(group.Count)}</td>");
                foreach (var nanos in (double?[])[group.Floor.Nanos, group.P50.Nanos, group.P95?.Nanos, group.P99?.Nanos])
                    page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Words.Millis(nanos)}</td>");
                page.Append(CultureInfo.InvariantCulture, $"<td>{Html.Text(group.Largest?.ToString() ?? "–")}</td></tr>");
            }
            page.Append("</tbody></table></div>");
        });
    }

    static void Changes(StringBuilder page, GroupSummary group)
    {
        if (!group.WhatIfs.IsEmpty)
            page.Section("whatif", "What would help", "Re-timed input by input, never read off the length of a bar.", () =>
            {
                page.Append("<ul class=\"plain\">");
                foreach (var whatIf in group.WhatIfs.Take(WhatIfsMax)) page.Append("<li>").Append(Html.Text(whatIf.Sentence())).Append("</li>");
                page.Append("</ul>");
            });
        if (!group.ChangePoints.IsEmpty)
            page.Section("changes", "What changed", "Moments at which a part's level changed, by medians.", () =>
            {
                page.Append("<table><thead><tr><th>since (UTC)</th><th>part</th><th class=\"n\">before</th><th class=\"n\">after</th>"
                    + "<th class=\"n\">change</th></tr></thead><tbody>");
                foreach (var change in group.ChangePoints.TakeLast(ChangesMax))
                    page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Words.Moment(change.At)}</td><td>{Html.Text(change.Part?.ToString() ?? "total")}</td>")
                        .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Words.Millis(change.BeforeNanos)}</td><td class=\"n\">{Words.Millis(change.AfterNanos)}</td>")
                        .Append(CultureInfo.InvariantCulture, $"<td class=\"n {(change.Change.Nanos > 0 ? "worse" : "better")}\">{Words.Change(change.Change.Nanos)} ms</td></tr>");
                page.Append("</tbody></table>");
            });
    }

    static void Confidence(StringBuilder page, LatencyReport report) => page.Section("confidence", "How far to trust this",
        "A figure is worth as much as the way it was obtained.", () =>
    {
        page.Append("<p>").Append(Html.Text(ConfidenceSentence.Of(report))).Append("</p>");
        foreach (var damaged in report.Damaged) page.Append("<p class=\"worse\">").Append(Html.Text(damaged)).Append("</p>");
        if (report.Summary.Matches?.Rate is { } rate)
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"meter\" title=\"match rate\"><i style=\"width:{Html.Number(rate * 100)}%\"></i></div>");
        page.Append("<dl class=\"grades\">");
        foreach (var grade in Enum.GetValues<Grade>())
            page.Append(CultureInfo.InvariantCulture, $"<div><dt><b class=\"grade g{grade.Letter()}\">{grade.Letter()}</b></dt><dd>{Html.Text(grade.Meaning())}</dd></div>");
        page.Append("</dl><p class=\"note\">Percentiles are never added. No clock of another machine was used. A one-way split of a transport "
            + "cannot be known and is not shown. p95 needs 100 inputs, p99 needs 1000.</p>");
    });
}
