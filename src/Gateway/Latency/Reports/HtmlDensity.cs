using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>How each layer's time was spread, over time: bands around the median of each slice of time, as smoke.</summary>
static class HtmlDensity
{
    // A slice of time with a handful of samples has a spread that can be seen; one with a single sample has none.
    const int SlicesMax = 120;
    const int SlicesMin = 12;
    const int SamplesPerSlice = 6;

    const int Width = 1000;
    const int Height = 132;
    const int Left = 52;
    const int Bottom = 18;

    // Pairs of quantiles, the widest first; drawn over each other they darken towards the middle.
    static readonly (double Low, double High)[] s_bands = [(0, 1), (0.05, 0.95), (0.15, 0.85), (0.3, 0.7)];

    /// <summary>Writes one drawing a layer.</summary>
    public static void Write(StringBuilder page, LatencyReport report, GroupSummary group)
    {
        var samples = report.Samples.Where(sample => sample.Load == group.Load && !sample.Censored).ToList();
        if (samples.Count == 0) return;
        var (from, to) = (samples[0].At, samples[^1].At);
        if (to - from < TimeSpan.FromSeconds(1)) to = from.AddSeconds(1);
        foreach (var layer in group.Layers)
        {
            var points = samples.Select(sample => (sample.At, Nanos: Of(sample, layer.Part))).Where(point => point.Nanos is > 0)
                .Select(point => ((point.At - from) / (to - from), Nanos: (double)point.Nanos!)).ToList();
            if (points.Count == 0) continue;
            page.Append(CultureInfo.InvariantCulture, $"<figure class=\"{HtmlChain.Colour(layer.Part.Layer)}\"><figcaption>{Html.Text(layer.Part.LayerName)}</figcaption>");
            Draw(page, points, from, to, [.. group.ChangePoints.Where(change => change.Part is { } part && part.Layer == layer.Part.Layer)]);
            page.Append("</figure>");
        }
    }

    static long? Of(Sample sample, Part layer)
    {
        long sum = 0;
        var any = false;
        foreach (var time in sample.Times)
        {
            if (!layer.Contains(time.Key)) continue;
            (sum, any) = (sum + time.Nanos, true);
        }
        return any ? sum : null;
    }

    static void Draw(StringBuilder page, List<(double X, double Nanos)> points, DateTimeOffset from, DateTimeOffset to,
        ImmutableArray<ChangePoint> changes)
    {
        var sorted = points.Select(point => point.Nanos).Order().ToList();
        var low = Math.Log(sorted[0] * 0.9);
        var high = Math.Max(Math.Log(sorted[^1] * 1.1), low + 0.5);
        double Y(double nanos) => (Height - Bottom) * (1 - (Math.Log(nanos) - low) / (high - low));
        var slices = Math.Clamp(points.Count / SamplesPerSlice, SlicesMin, SlicesMax);
        var slice = (double)(Width - Left) / slices;

        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">");
        foreach (var line in Lines(Math.Exp(low), Math.Exp(high)))
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{Html.Number(Y(line))}\" y2=\"{Html.Number(Y(line))}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Html.Number(Y(line) + 4)}\" text-anchor=\"end\">{Label(line)}</text>");
        foreach (var group in points.GroupBy(point => Math.Min(slices - 1, (int)(point.X * slices))).OrderBy(group => group.Key))
        {
            var values = group.Select(point => point.Nanos).Order().ToArray();
            var x = Html.Number(Left + group.Key * slice);
            var width = Html.Number(slice + 0.4);
            foreach (var (bandLow, bandHigh) in values.Length < 3 ? s_bands[..1] : s_bands)
            {
                var (top, bottom) = (Y(At(values, bandHigh)), Y(At(values, bandLow)));
                page.Append(CultureInfo.InvariantCulture, $"<rect class=\"smoke\" x=\"{x}\" width=\"{width}\" y=\"{Html.Number(top)}\" height=\"{Html.Number(Math.Max(1.5, bottom - top))}\"/>");
            }
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"middle\" x=\"{x}\" width=\"{width}\" y=\"{Html.Number(Y(At(values, 0.5)) - 1)}\" height=\"2\">")
                .Append(CultureInfo.InvariantCulture, $"<title>{Words.Moment(from + (to - from) * group.Key / slices)} UTC: median {Words.Millis(At(values, 0.5))} ms of {values.Length}</title></rect>");
        }
        foreach (var change in changes)
        {
            var x = Html.Number(Left + Math.Clamp((change.At - from) / (to - from), 0, 1) * (Width - Left));
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"change\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"{Height - Bottom}\"><title>{Words.Moment(change.At)} UTC</title></line>");
        }
        for (var tick = 0; tick <= 4; tick++)
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Html.Number(Left + tick / 4.0 * (Width - Left))}\" y=\"{Height - 3}\" ")
                .Append(CultureInfo.InvariantCulture, $"text-anchor=\"{(tick == 0 ? "start" : tick == 4 ? "end" : "middle")}\">{Clock(from + (to - from) * tick / 4, to - from)}</text>");
        page.Append("</svg>");
    }

    static double At(double[] sorted, double quantile) => sorted[(int)Math.Round(quantile * (sorted.Length - 1))];

    // 1, 3, 10, 30 … or finer ones when the span is small.
    static IEnumerable<double> Lines(double low, double high)
    {
        double[] steps = high / low > 30 ? [1] : high / low > 4 ? [1, 3] : [1, 1.5, 2, 3, 4, 5, 6, 8];
        for (var decade = Math.Pow(10, Math.Floor(Math.Log10(low))); decade < high; decade *= 10)
            foreach (var step in steps)
                if (decade * step > low && decade * step < high) yield return decade * step;
    }

    static string Label(double nanos) => nanos >= 999_999 ? $"{(nanos / 1e6).ToString("0.#", CultureInfo.InvariantCulture)} ms"
        : $"{(nanos / 1e3).ToString("0.#", CultureInfo.InvariantCulture)} µs";

    static string Clock(DateTimeOffset at, TimeSpan span) => at.UtcDateTime.ToString(
        span > TimeSpan.FromDays(2) ? "MM-dd HH:mm" : span > TimeSpan.FromMinutes(10) ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
}
