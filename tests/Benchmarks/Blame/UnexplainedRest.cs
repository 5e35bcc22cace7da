using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>What the samples' totals leave of what the client timed itself, key by key.</summary>
public sealed class UnexplainedRest
{
    // Keys are further apart than this, and no sample is older than its key.
    private static readonly TimeSpan s_same = TimeSpan.FromMilliseconds(100);

    private readonly List<(long OutsideNanos, long RestNanos)> _keys = [];

    /// <summary>Keys whose sample was found.</summary>
    public int Count => _keys.Count;

    /// <summary>Median of the rest, in milliseconds; null without keys.</summary>
    public double? Millis => BlameReport.Median(_keys.Select(key => (double?)(key.RestNanos / 1e6)));

    /// <summary>The median rest as a part of the median total.</summary>
    public double? Share => Millis / BlameReport.Median(_keys.Select(key => (double?)(key.OutsideNanos / 1e6)));

    /// <summary>The rest that 95 of 100 keys do not exceed, whichever sign it has.</summary>
    public double? Millis95 => _keys.Count == 0 ? null : _keys.Select(key => Math.Abs(key.RestNanos) / 1e6).Order().ElementAt(_keys.Count * 95 / 100);

    /// <summary>Adds the keys of an undisturbed side.</summary>
    public void Add(MeasuredSide side, IReadOnlyList<Sample> samples)
    {
        foreach (var (total, sample) in Pairs(side, samples)) _keys.Add((total.Nanos, total.Nanos - sample.TotalNanos));
    }

    /// <summary>What the client timed, with the sample of the same key.</summary>
    internal static IEnumerable<(OutsideTotal Total, Sample Sample)> Pairs(MeasuredSide side, IReadOnlyList<Sample> samples)
    {
        foreach (var total in side.Totals)
        {
            var sample = samples.FirstOrDefault(s => s.At >= total.At - TimeSpan.FromMilliseconds(1) && s.At - total.At < s_same);
            if (sample is { Censored: false }) yield return (total, sample);
        }
    }
}
