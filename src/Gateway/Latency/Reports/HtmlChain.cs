using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>The chain as a strip: a card for each layer, and its stages with floor, typical, tail, share and grade.</summary>
static class HtmlChain
{
    /// <summary>Colours that the style sheet has for layers; a longer chain begins again.</summary>
    public const int Colours = 6;

    /// <summary>Class of a layer's colour.</summary>
    public static string Colour(int layer) => $"c{layer % Colours}";

    /// <summary>Writes it.</summary>
    public static void Write(StringBuilder page, GroupSummary group)
    {
        page.Append("<div class=\"whole\">");
        foreach (var stage in group.Stages.OrderBy(stage => stage.Part.Layer))
            page.Append(CultureInfo.InvariantCulture, $"<i class=\"{Colour(stage.Part.Layer)}\" style=\"flex-grow:{Html.Number(Math.Max(0, stage.Median.Nanos) / 1e3)}\" ")
                .Append(CultureInfo.InvariantCulture, $"title=\"{Html.Text(stage.Part.ToString())}: {Words.Millis(stage.Median.Nanos)} ms, {Html.Percent(stage.MedianShare.Value)} %\"></i>");
        page.Append("</div><ol class=\"chain\">");
        foreach (var layer in group.Layers) Card(page, layer);
        page.Append("</ol><div class=\"wide\"><table class=\"stages\"><thead><tr><th>layer and stage</th><th class=\"n\">floor</th>"
            + "<th class=\"n\">typical</th><th class=\"n\">tail</th><th class=\"bar\">share</th><th>grade</th></tr></thead><tbody>");
        foreach (var layer in group.Layers)
        {
            Row(page, layer, Html.Text(layer.Part.LayerName), "layer");
            foreach (var stage in group.Stages.Where(stage => stage.Part.Layer == layer.Part.Layer && stage.Part.LayerName == layer.Part.LayerName))
                Row(page, stage, stage.Part.Stage?.Name() ?? "", "stage");
        }
        page.Append(CultureInfo.InvariantCulture, $"</tbody><tfoot><tr><td>total</td><td class=\"n\">{Words.Millis(group.Floor.Nanos)}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Words.Millis(group.MedianBandNanos)}</td><td class=\"n\">{Words.Millis(group.SlowMeanNanos)}</td>")
            .Append("<td class=\"bar\"><span>100 %</span></td><td></td></tr></tfoot></table></div><p class=\"note\">Milliseconds. Floor: the fastest "
                + "(mean of p1 to p5) of each part by itself, so floors do not add up.</p>");
    }

    static void Card(StringBuilder page, PartSummary layer) =>
        page.Append(CultureInfo.InvariantCulture, $"<li class=\"{Colour(layer.Part.Layer)}\"><b>{Html.Text(layer.Part.LayerName)}</b>")
            .Append(CultureInfo.InvariantCulture, $"<span class=\"big\">{Words.Millis(layer.Median.Nanos)}<small> ms</small></span><span class=\"share\">")
            .Append(CultureInfo.InvariantCulture, $"{Html.Percent(layer.MedianShare.Value)} % {Badge(layer.Grade)}</span></li>");

    static void Row(StringBuilder page, PartSummary part, string name, string kind)
    {
        var share = Math.Clamp(part.MedianShare.Value, 0, 1) * 100;
        page.Append(CultureInfo.InvariantCulture, $"<tr class=\"{kind} {Colour(part.Part.Layer)}\"><td>{name}</td><td class=\"n\">{Words.Millis(part.Floor.Nanos)}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Words.Millis(part.Median.Nanos)}</td><td class=\"n\">{Words.Millis(part.Slow?.Nanos)}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td class=\"bar\"><i style=\"width:{Html.Number(share * 0.72)}%\"></i><span>{Html.Percent(part.MedianShare.Value)} %</span></td>")
            .Append(CultureInfo.InvariantCulture, $"<td>{Badge(part.Grade)}</td></tr>");
    }

    /// <summary>A grade's letter with its meaning for who points at it.</summary>
    public static string Badge(Grade grade) =>
        $"<b class=\"grade g{grade.Letter()}\" title=\"{Html.Text(grade.Meaning())}\">{grade.Letter()}</b>";
}
