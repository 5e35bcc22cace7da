using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>Slow inputs beside normal ones, on one scale, and who holds the difference.</summary>
static class HtmlTail
{
    const int RowsMax = 8;

    /// <summary>Writes it.</summary>
    public static void Write(StringBuilder page, GroupSummary group)
    {
        if (group.SlowMeanNanos is not { } slow) return;
        var longest = Math.Max(slow, group.MedianBandNanos);
        page.Append("<div class=\"pair\">");
        Stack(page, "normal", group.MedianBandNanos, longest, group, stage => stage.Median.Nanos);
        Stack(page, $"slowest {Words.Percent(1 - group.SlowQuantile)} %", slow, longest, group, stage => stage.Slow?.Nanos ?? 0);
        page.Append("</div>");
        var rows = group.Stages.Where(stage => stage.Excess is not null).OrderByDescending(stage => Math.Abs(stage.Excess!.Value.Nanos)).Take(RowsMax)
            .ToList();
        var largest = rows.Max(stage => (double?)Math.Abs(stage.Excess!.Value.Nanos)) ?? 1;
        page.Append("<div class=\"wide\"><table class=\"excess\"><thead><tr><th>stage</th><th class=\"n\">normal</th><th class=\"n\">slow</th>"
            + "<th class=\"bar\">difference, with its 95 % interval</th><th class=\"n\">of the excess</th></tr></thead><tbody>");
        foreach (var stage in rows) Row(page, stage, largest);
        page.Append("</tbody></table></div>");
    }

    static void Stack(StringBuilder page, string name, double nanos, double longest, GroupSummary group, Func<PartSummary, double> value)
    {
        page.Append(CultureInfo.InvariantCulture, $"<span>{Html.Text(name)}</span><div class=\"whole\" style=\"width:{Html.Number(nanos / longest * 100)}%\">");
        foreach (var stage in group.Stages.OrderBy(stage => stage.Part.Layer))
            page.Append(CultureInfo.InvariantCulture, $"<i class=\"{HtmlChain.Colour(stage.Part.Layer)}\" style=\"flex-grow:{Html.Number(Math.Max(0, value(stage)) / 1e3)}\" ")
                .Append(CultureInfo.InvariantCulture, $"title=\"{Html.Text(stage.Part.ToString())}: {Words.Millis(value(stage))} ms\"></i>");
        page.Append(CultureInfo.InvariantCulture, $"</div><b>{Words.Millis(nanos)} ms</b>");
    }

    static void Row(StringBuilder page, PartSummary stage, double largest)
    {
        var excess = stage.Excess!.Value;
        var width = Math.Abs(excess.Nanos) / largest * 55;
        page.Append(CultureInfo.InvariantCulture, $"<tr class=\"{HtmlChain.Colour(stage.Part.Layer)}\"><td>{Html.Text(stage.Part.ToString())}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Words.Millis(stage.Median.Nanos)}</td><td class=\"n\">{Words.Millis(stage.Slow?.Nanos)}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td class=\"bar\"><i style=\"width:{Html.Number(width)}%\"{(excess.Nanos < 0 ? " class=\"less\"" : "")}></i><span>")
            .Append(CultureInfo.InvariantCulture, $"{Words.Change(excess.Nanos)} <small>({Words.Change(excess.LowNanos)} … {Words.Change(excess.HighNanos)})</small>")
            .Append(CultureInfo.InvariantCulture, $"</span></td><td class=\"n\">{Html.Percent(stage.ExcessShare?.Value)} %</td></tr>");
    }
}
