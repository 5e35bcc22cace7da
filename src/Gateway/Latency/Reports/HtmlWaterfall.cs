using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>The waterfall of one input: waiting is hatched, and what is not exactly known has soft ends and a line over its interval.</summary>
static class HtmlWaterfall
{
    /// <summary>Writes it.</summary>
    public static void Write(StringBuilder page, Sample sample)
    {
        var steps = Waterfall.Of(sample);
        if (steps.IsEmpty) return;
        double end = Math.Max(1, steps.Max(step => step.StartNanos + Math.Max(0, step.Time.Nanos)));
        page.Append("<div class=\"fall\">");
        Scale(page, end);
        foreach (var step in steps) Bar(page, step, end);
        page.Append("</div><p class=\"legend\"><span><i class=\"solid\"></i>worked on</span><span><i class=\"waits\"></i>waits in a queue</span>"
            + "<span><i class=\"soft\"></i>ends not exactly known; the line is the interval of the length</span></p>");
    }

    static void Scale(StringBuilder page, double endNanos)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(endNanos)));
        step = (endNanos / step) switch { < 2 => step / 4, < 5 => step / 2, _ => step };
        page.Append("<div class=\"row scale\"><span></span><div class=\"track\">");
        for (var at = 0.0; at <= endNanos; at += step)
            page.Append(CultureInfo.InvariantCulture, $"<u style=\"left:{Html.Number(at / endNanos * 100)}%\">{Words.Millis(at)}</u>");
        page.Append("</div><span>ms</span></div>");
    }

    static void Bar(StringBuilder page, WaterfallStep step, double end)
    {
        var time = step.Time;
        double Place(double nanos) => Math.Clamp(nanos / end * 100, 0, 100);
        var left = Place(step.StartNanos);
        var width = Math.Max(0.25, Place(step.StartNanos + Math.Max(0, time.Nanos)) - left);
        var kind = step.IsWaiting ? "waits" : step.IsFuzzy ? "soft" : "solid";
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"row {HtmlChain.Colour(time.Key.Layer)}\"><span><em>{Html.Text(time.Key.LayerName)}</em> {time.Key.Stage.Name()}</span>")
            .Append(CultureInfo.InvariantCulture, $"<div class=\"track\"><i class=\"{kind}\" style=\"left:{Html.Number(left)}%;width:{Html.Number(width)}%\" ")
            .Append(CultureInfo.InvariantCulture, $"title=\"{Words.Millis(time.LowNanos)} to {Words.Millis(time.HighNanos)} ms\"></i>");
        if (time.HighNanos > time.LowNanos)
        {
            var (low, high) = (Place(step.StartNanos + Math.Max(0.0, time.LowNanos)), Place(step.StartNanos + (double)time.HighNanos));
            page.Append(CultureInfo.InvariantCulture, $"<s style=\"left:{Html.Number(low)}%;width:{Html.Number(Math.Max(0.3, high - low))}%\"></s>");
        }
        page.Append(CultureInfo.InvariantCulture, $"</div><span>{Words.Millis(time.Nanos)} {HtmlChain.Badge(time.Grade)}</span></div>");
    }
}
