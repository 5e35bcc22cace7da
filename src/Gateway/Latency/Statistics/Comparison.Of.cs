using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

public sealed partial record Comparison
{
    /// <summary>Certainly not chance: 1000 hours with a comparison a minute give less than one false alarm.</summary>
    public const double CertainChance = 1.0 / 60_000;

    /// <summary>Chance is unlikely: one of 100 comparisons of equal sets names something.</summary>
    public const double LikelyChance = 0.01;

    /// <summary>
    /// What changed from the first set to the second. Both should be of one load and one kind of input; unanswered inputs are kept as what
    /// they are, waits of at least that long.
    /// </summary>
    public static Comparison Of(IReadOnlyList<Sample> before, IReadOnlyList<Sample> after)
    {
        (before, after) = (SampleTable.Measured(before), SampleTable.Measured(after));
        var keys = SampleTable.KeysOf(before, after);
        var (first, second) = (SampleTable.Of(before, keys), SampleTable.Of(after, keys));
        int censoredBefore = first.CensoredCount, censoredAfter = second.CensoredCount;
        if (before.Count == 0 || after.Count == 0)
        {
            return new(before.Count, after.Count, censoredBefore, censoredAfter, null, [], [], [], null);
        }

        var seen = ComparedParts.Of(keys, first, second);
        var changes = Blame.Name(seen);
        return new(before.Count, after.Count, censoredBefore, censoredAfter, seen.Total.ToChange(), [.. seen.Stages.Select(part => part.ToChange())],
            [.. seen.Layers.Select(part => part.ToChange())], changes, changes.FirstOrDefault() ?? Blame.Nearest(seen));
    }
}
