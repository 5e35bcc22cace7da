using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

public sealed partial record LatencySummary
{
    /// <summary>Fewer samples are not taken apart.</summary>
    public const int PartsCountMin = 20;

    /// <summary>Draws for the intervals of a summary: enough for two digits, few enough for 5,000 samples in a fifth of a second.</summary>
    public const int Replicates = 100;

    /// <summary>Everything about these samples. The same samples give the same summary.</summary>
    /// <param name="samples">Of one chain, in any order; loads and kinds of input are separated here.</param>
    /// <param name="matches">How many inputs found their picture, if known.</param>
    /// <param name="framePeriodNanos">Period of the host's frame clock, if known: what-ifs need it.</param>
    public static LatencySummary Of(IReadOnlyList<Sample> samples, AnsweredInputs? matches = null, double? framePeriodNanos = null)
    {
        samples = SampleTable.Measured(samples);
        var groups = new List<GroupSummary>();
        foreach (var load in samples.GroupBy(sample => sample.Load))
        {
            var kinds = load.GroupBy(sample => sample.Kind).ToList();
            groups.Add(GroupMeasure.Of(load.Key, kinds.Count == 1 ? kinds[0].Key : null, [.. load], framePeriodNanos));
            groups.AddRange(kinds.Count == 1 ? [] : kinds.Select(kind => GroupMeasure.Of(load.Key, kind.Key, [.. kind], framePeriodNanos)));
        }

        groups.Sort((one, other) => other.Count.CompareTo(one.Count) is not 0 and var byCount ? byCount : (one.Kind ?? 0).CompareTo(other.Kind ?? 0));
        return new(samples.Count, samples.Count(sample => sample.Censored), matches, [.. groups], VerdictSentence.Of(groups.FirstOrDefault()));
    }
}
