using System.Globalization;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>Figures and names as all reports write them.</summary>
static class Words
{
    /// <summary>A duration without its unit, in milliseconds, with three figures that mean something; a dash when not known.</summary>
    public static string Millis(double? nanos) => nanos is not { } value ? "–" : Math.Abs(value / 1e6) switch
    {
        >= 99.95 => Signed(value, "0"),
        >= 9.995 => Signed(value, "0.0"),
        >= 0.005 => Signed(value, "0.00"),
        > 0 => Signed(value, "0.000"),
        _ => "0",
    };

    /// <summary>A quantile in milliseconds; with ≥ when inputs without an answer make it a lower bound.</summary>
    public static string Bound(Quantile? quantile) => (quantile is { IsLowerBound: true } ? "≥ " : "") + Millis(quantile?.Nanos);

    /// <summary>A difference in milliseconds, with its sign.</summary>
    public static string Change(double nanos) => nanos > 0 ? $"+{Millis(nanos)}" : Millis(nanos);

    static string Signed(double nanos, string format) =>
        (nanos / 1e6).ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>A share in whole percent; below one half <c>&lt;1</c>; a dash when not known.</summary>
    public static string Percent(double? share) => share switch
    {
        null => "–",
        > 0 and < 0.005 => "<1",
        > -0.005 and <= 0 => "0",
        _ => (share.Value * 100).ToString("0", CultureInfo.InvariantCulture).Replace('-', '−'),
    };

    /// <summary>A count with separators.</summary>
    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A moment in UTC to the second.</summary>
    public static string Moment(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>From when to when; the date once if it is the same.</summary>
    public static string Span(DateTimeOffset since, DateTimeOffset until) =>
        $"{Moment(since)} – {(since.UtcDateTime.Date == until.UtcDateTime.Date ? Moment(until)[11..] : Moment(until))} UTC";

    /// <summary>What kind of input, for people.</summary>
    public static string Kind(RemoteChain.Surface.InputKind kind) => kind switch
    {
        RemoteChain.Surface.InputKind.Scancode or RemoteChain.Surface.InputKind.Unicode => "key",
        RemoteChain.Surface.InputKind.Mouse or RemoteChain.Surface.InputKind.ExtendedMouse => "mouse",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>What a grade means, in a few words.</summary>
    public static string Meaning(this Grade grade) => grade switch
    {
        Grade.Measured => "measured on one clock",
        Grade.Difference => "difference of measured durations",
        Grade.Estimate => "estimate from probes, with an interval",
        Grade.Pooled => "only the sum of several stages is known",
        _ => "cannot be known from here",
    };

    /// <summary>What would be saved by a what-if, and why that is not the length of the bar.</summary>
    public static string Sentence(this WhatIf whatIf)
    {
        var without = whatIf.Kind == WhatIfKind.PassThrough ? "Passing pictures through" : $"Without {string.Join(" + ", whatIf.Parts)}";
        var saved = whatIf.P50Saved;
        var rule = whatIf.Rule switch
        {
            PacingRule.InSteps => $"; the host's frames of {Millis(whatIf.FramePeriodNanos)} ms absorb the rest",
            PacingRule.PaceUnknown => "; how much of it the host's pace absorbs is not known",
            _ => "",
        };
        return $"{without}: {Millis(saved.LowNanos)} to {Millis(saved.HighNanos)} ms less at the median{rule}.";
    }

    /// <summary>Names come from chains and clients: no control character, no change of direction.</summary>
    public static string Printable(string text) =>
        new([.. text.Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? '?' : c)]);
}
