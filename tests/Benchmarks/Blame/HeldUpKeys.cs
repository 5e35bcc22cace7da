using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>Which keys of a side a fault held up that holds up only some: those whose time in the fault's stage, or in the leg that it is estimated in, stands
/// out. They and the others were pressed in turn, so nothing that drifts is between them.</summary>
internal sealed class HeldUpKeys
{
    private const int KeysMin = 5;

    private readonly List<Sample> _held, _others;

    private HeldUpKeys(List<Sample> held, List<Sample> others) => (_held, _others) = (held, others);

    /// <summary>Tells them apart; null when there are too few.</summary>
    public static HeldUpKeys? Of(MeasuredRun run, BlamePlace[] places, double injectedNanos)
    {
        var samples = run.Faulty.Of(run.Plan);
        if (samples.Count == 0) return null;
        double middle = samples.Select(sample => InLeg(sample, places)).Order().ElementAt(samples.Count / 2);
        var parted = samples.ToLookup(sample => InLeg(sample, places) > middle + injectedNanos / 2);
        return parted[true].Count() < KeysMin || parted[false].Count() < KeysMin ? null : new([.. parted[true]], [.. parted[false]]);
    }

    /// <summary>By how much longer another stage took for keys that were held up, on average; with its 95 % interval.</summary>
    public Figure Beside(Part part)
    {
        var (held, others) = (In(_held, part), In(_others, part));
        double difference = held.Average() - others.Average();
        double error = Math.Sqrt(Variance(held) / held.Length + Variance(others) / others.Length);
        return new(difference, difference - Normal.NinetyFive * error, difference + Normal.NinetyFive * error);
    }

    private static double[] In(List<Sample> samples, Part part) => [.. samples.Select(sample => (double)sample.Times.Where(time => Part.Of(time.Key) == part).Sum(time => time.Nanos))];

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Length - 1);
    }

    // The gateway's stages are measured; what lies on a way shows in what the wait for it leaves.
    private static long InLeg(Sample sample, BlamePlace[] places) =>
        sample.Times.Where(time => places.Any(place => place.Is(Part.Of(time.Key)) || (time.Grade != Grade.Measured && IsInLeg(place, time.Key)))).Sum(time => time.Nanos);

    private static bool IsInLeg(BlamePlace place, StageKey key) => place.Layer switch
    {
        "gateway" => false,
        "user" => key.Layer == 0,
        _ => key.Layer != 0,
    };
}
