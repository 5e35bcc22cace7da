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

    private readonly ImmutableArray<int> _stages, _ways;
    private readonly double[] _witnessed;

    // Which part of the long waits has, for each stage, an echo that is late by half of what the wait is longer than usual.
    private RareWaits(ImmutableArray<StageKey> keys, ImmutableArray<int> stages, Column waits, double usualNanos, int[] rows, Func<int, (Column Seen, double UsualNanos)> of)
    {
        (_stages, _ways) = (stages, [.. stages.Where(stage => keys[stage].Stage is not (Stage.Host or Stage.Present))]);
        _witnessed = [.. stages.Select(stage =>
        {
            var (seen, usual) = of(stage);
            int late = rows.Count(row => !double.IsNaN(seen.Nanos[row]) && seen.HighNanos[row] - usual >= (waits.Nanos[row] - usualNanos) / 2);
            return (double)late / Math.Max(1, rows.Length);
        })];
    }

    /// <summary>The waits of the slower one of two sets that stand out from the other set.</summary>
    public static RareWaits Between(ComparedParts parts, Pool pool, bool isSlower)
    {
        var (slow, other) = isSlower ? (pool.Sum.Pair.After, pool.Sum.Pair.Before) : (pool.Sum.Pair.Before, pool.Sum.Pair.After);
        double usual = MedianOf(other), longer = Math.Abs(pool.Sum.Difference.TailOfTouched.Nanos);
        int[] rows = [.. Enumerable.Range(0, slow.Nanos.Length).Where(row => slow.Nanos[row] > usual + longer / 2)];
        return new(parts.Keys, pool.Stages, slow, usual, rows, stage =>
        {
            var pair = parts.Stages[stage].Pair;
            return isSlower ? (pair.After, MedianOf(pair.Before)) : (pair.Before, MedianOf(pair.After));
        });
    }

    /// <summary>Of the slow rows of one set, those in which the pool is what was slow.</summary>
    public static RareWaits Within(SampleTable table, ImmutableArray<int> pool, IReadOnlyCollection<int> slowRows)
    {
        var waits = table.Sum(pool);
        double usual = MedianOf(waits), longer = slowRows.Select(row => waits.Nanos[row] - usual).Where(nanos => !double.IsNaN(nanos)).DefaultIfEmpty().Average();
        return new(table.Keys, pool, waits, usual, [.. slowRows.Where(row => waits.Nanos[row] > usual + longer / 2)],
            stage => (table.Stages[stage], MedianOf(table.Stages[stage])));
    }

    /// <summary>Whether no way's echoes were late beside the long waits: then it was what is left.</summary>
    public bool HasNoWitness => _ways.All(way => Witnessed(way) < UnwitnessedMax);

    /// <summary>Whether a stage is what is left when the ways are taken off.</summary>
    public bool IsRest(int stage) => !_ways.Contains(stage);

    /// <summary>The nearest way whose own echoes bear witness, because echoes from behind it go over it as well; what is left when none does at all; or
    /// everybody who may have been it.</summary>
    public ImmutableArray<int> Able()
    {
        foreach (int way in _ways)
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
