using System.Globalization;
using System.Text;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>One sentence that a person can act on.</summary>
public static class VerdictSentence
{
    /// <summary>With fewer samples the sentence only says so.</summary>
    public const int CountMin = 100;

    private const double NanosPerMilli = 1e6;

    /// <summary>About a group; null = there are no samples, and an older figure is not given in their place.</summary>
    public static string Of(GroupSummary? group)
    {
        if (group is null)
        {
            return "No data.";
        }

        string who = $"{Word(group.Kind)} ({group.Load.ToString().ToLowerInvariant()})";
        if (group.Count < CountMin)
        {
            return $"{who}: too few to judge: {group.Count} of {CountMin}.";
        }

        var sentence = new StringBuilder($"{who} takes {Bound(group.P50)}{Millis(group.P50.Nanos)} ms at p50 (±{Millis(group.P50.MarginNanos)})");
        var (name, slow) = group.P99 is { } p99 ? ("p99", (Quantile?)p99) : ("p95", group.P95);
        if (slow is { } quantile)
        {
            sentence.Append(CultureInfo.InvariantCulture, $", {Bound(quantile)}{Millis(quantile.Nanos)} at {name}");
        }

        if (group.Censored > 0)
        {
            sentence.Append(CultureInfo.InvariantCulture, $", {group.Censored} unanswered");
        }

        Accuse(sentence, group);
        return sentence.Append('.').ToString();
    }

    /// <summary>About what changed.</summary>
    public static string Of(Comparison comparison)
    {
        int fewest = Math.Min(comparison.BeforeCount, comparison.AfterCount);
        if (fewest == 0)
        {
            return "No data.";
        }

        if (comparison.Changes.IsEmpty)
        {
            return fewest < CountMin ? $"Too few to judge: {fewest} of {CountMin} on one side." : "Nothing changed that chance does not explain.";
        }

        return string.Join("; ", comparison.Changes.Select(Phrase)) + ".";
    }

    private static string Phrase(Change change)
    {
        string sure = change.Certainty == Certainty.Certain ? "" : "probably ";
        string set = change.IsPooled ? " (one of them, which cannot be told)" : "";
        string shape = change.Shape switch
        {
            ChangeShape.Jitter => " on average, unevenly",
            ChangeShape.Intermittent => " for some inputs, otherwise not",
            _ => "",
        };
        string direction = change.Size.Nanos < 0 ? "faster" : "slower";
        return $"{change}{set} is {sure}{Millis(Math.Abs(change.Size.Nanos))} ms {direction}{shape} (±{Millis(change.Size.MarginNanos)})";
    }

    private static void Accuse(StringBuilder sentence, GroupSummary group)
    {
        var (culprit, of) = group.Culprit is { } slow ? (slow, "the tail's excess") : (group.Largest, "it");
        if (culprit is null)
        {
            return;
        }

        string verb = culprit.IsPooled ? " (cannot be told apart) hold " : " holds ";
        sentence.Append(CultureInfo.InvariantCulture, $"; {culprit}{verb}{Math.Clamp(culprit.Share.Value, 0, 1) * 100:0} % of {of}");
        var since = group.ChangePoints.LastOrDefault(point => point.Change.Nanos > 0 && point.Part is { } part
            && culprit.Parts.Any(accused => accused == part || (part.Stage is null && accused.Layer == part.Layer)));
        if (since is not null)
        {
            string format = group.To - since.At < TimeSpan.FromDays(1) ? "HH:mm" : "yyyy-MM-dd HH:mm";
            sentence.Append(CultureInfo.InvariantCulture, $" since {since.At.ToString(format, CultureInfo.InvariantCulture)}");
        }

        if (Without(group, culprit) is { } saved)
        {
            sentence.Append(CultureInfo.InvariantCulture, $"; without {(culprit.IsPooled ? "them" : "it")} {Range(saved)} ms less at p50");
        }
    }

    // One what-if speaks of exactly these parts, or else of the layer that they make up.
    private static Figure? Without(GroupSummary group, Culprit culprit)
    {
        var whatIf = group.WhatIfs.FirstOrDefault(whatIf => whatIf.Kind != WhatIfKind.PassThrough && whatIf.Parts.SequenceEqual(culprit.Parts))
            ?? group.WhatIfs.FirstOrDefault(whatIf => whatIf.Kind == WhatIfKind.LayerRemoved
                && culprit.Parts.All(part => part with { Stage = null } == whatIf.Parts[0])
                && group.Stages.Where(stage => stage.Part with { Stage = null } == whatIf.Parts[0]).All(stage => culprit.Parts.Contains(stage.Part)));
        return whatIf?.P50Saved;
    }

    private static string Range(Figure saved)
    {
        var (low, high) = (Millis(Math.Max(0, saved.LowNanos)), Millis(saved.HighNanos));
        return low == high ? low : $"{low} to {high}";
    }

    private static string Bound(Quantile quantile) => quantile.IsLowerBound ? "at least " : "";

    private static string Word(InputKind? kind) => kind switch
    {
        InputKind.Scancode or InputKind.Unicode => "Typing",
        InputKind.Mouse or InputKind.ExtendedMouse => "The mouse",
        _ => "An input",
    };

    // Two digits that mean something: 0.4, 7.2, 182.
    private static string Millis(double nanos)
    {
        double millis = nanos / NanosPerMilli;
        return millis.ToString(Math.Abs(millis) < 9.95 ? "0.#" : "0", CultureInfo.InvariantCulture);
    }
}
