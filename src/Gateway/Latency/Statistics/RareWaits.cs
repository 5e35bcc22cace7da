using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// Who may be the reason of a pool's rare long waits. An echo is asked for once a second and feels a rare fault as rarely as a key does, so the middle of
/// a way's echoes knows nothing of it. But the highest echo of the last seconds is with each sample: where the fault is on a way, a good part of
/// the long waits lie beside an echo as late as they are; where it is not, hardly any does.
/// </summary>
internal sealed class RareWaits
{
    // A tenth of the echoes late: beside six of ten long waits there is a late one among the eight of its window. One stray echo of fifty: beside one or
    // two of ten.
    private const double WitnessedMin = 0.35, UnwitnessedMax = 0.2;

    private readonly ImmutableArray<int> _stages;
    private readonly double[] _witnessed;

    /// <summary>Looks at the waits of the slower side that stand out from the other side.</summary>
    public RareWaits(ComparedParts parts, Pool pool, bool isSlower)
    {
        _stages = pool.Stages;
        var (slow, other) = isSlower ? (pool.Sum.Pair.After, pool.Sum.Pair.Before) : (pool.Sum.Pair.Before, pool.Sum.Pair.After);
        double middle = MedianOf(other), longer = Math.Abs(pool.Sum.Difference.TailOfTouched.Nanos);
        int[] rows = [.. Enumerable.Range(0, slow.Nanos.Length).Where(row => slow.Nanos[row] > middle + longer / 2)];
        _witnessed = [.. pool.Stages.Select(stage =>
        {
            var pair = parts.Stages[stage].Pair;
            var way = isSlower ? pair.After : pair.Before;
            double usual = MedianOf(isSlower ? pair.Before : pair.After);
            int late = rows.Count(row => !double.IsNaN(way.Nanos[row]) && way.HighNanos[row] - usual >= (slow.Nanos[row] - middle) / 2);
            return (double)late / Math.Max(1, rows.Length);
        })];
        Ways = [.. pool.Stages.Where(stage => parts.Keys[stage].Stage is not (Stage.Host or Stage.Present))];
    }

    private ImmutableArray<int> Ways { get; }

    /// <summary>Whether no way's echoes were late beside the long waits: then it was what is left.</summary>
    public bool HasNoWitness => Ways.All(way => Witnessed(way) < UnwitnessedMax);

    /// <summary>Whether a stage is what is left when the ways are taken off.</summary>
    public bool IsRest(int stage) => !Ways.Contains(stage);

    /// <summary>The nearest way whose own echoes bear witness, because echoes from behind it go over it as well; what is left when none does at all; or
    /// everybody who may have been it.</summary>
    public ImmutableArray<int> Able()
    {
        foreach (int way in Ways)
        {
            if (Witnessed(way) >= WitnessedMin)
            {
                return [way];
            }
        }

        return [.. _stages.Where(stage => IsRest(stage) || Witnessed(stage) >= UnwitnessedMax)];
    }

    private double Witnessed(int stage) => _witnessed[_stages.IndexOf(stage)];

    private static double MedianOf(Column column)
    {
        var sorted = new SortedColumn(column.Nanos);
        return sorted.Nanos.Length == 0 ? 0 : sorted.Quantile(0.5);
    }
}
