using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>Who holds most of something, or the set of those of whom nobody can say which holds more.</summary>
internal static class Accusation
{
    private const int UnitsMax = 3;

    // Half of it makes an echo a witness, and on any machine that is busy with something an echo in ten is late by half a millisecond.
    private const double WitnessedNanosMin = 2_000_000;

    /// <summary>Accuses.</summary>
    /// <param name="table">The samples.</param>
    /// <param name="attribution">Who holds how much.</param>
    /// <param name="inExcess">Of the tail's excess; else of the median.</param>
    /// <returns>Null when there is nothing to hold.</returns>
    public static Culprit? Of(SampleTable table, Attribution attribution, bool inExcess)
    {
        double whole = inExcess ? attribution.SlowTotalNanos - attribution.MedianTotalNanos : attribution.MedianTotalNanos;
        if (table.Keys.IsEmpty || whole <= (inExcess ? Blame.WorthNamingNanos : 0))
        {
            return null;
        }

        (Figure Nanos, Share Share) Held(IReadOnlyCollection<int> stages) => inExcess ? attribution.Excess(stages) : attribution.Median(stages);
        var units = (inExcess ? UnitsOfTail(table, attribution) : UnitsOf(table, stage => Held([stage]).Nanos.Nanos))
            .Select(unit => (unit.Stages, unit.Names, Nanos: Held(unit.Stages).Nanos.Nanos)).OrderByDescending(unit => unit.Nanos).ToList();
        var first = units[0];
        var accused = units.Where(unit => unit == first
            || (unit.Nanos >= first.Nanos / 2 && attribution.CanSurpass(first.Stages, unit.Stages, inExcess))).Take(UnitsMax).ToList();
        var held = Held([.. accused.SelectMany(unit => unit.Stages)]);
        return new([.. accused.SelectMany(unit => unit.Names)], held.Nanos, held.Share);
    }

    // Measured stages stand alone; a pool does not, unless its largest member is the largest however the estimates are read.
    private static IEnumerable<(ImmutableArray<int> Stages, ImmutableArray<Part> Names)> UnitsOf(SampleTable table, Func<int, double> nanosOf)
    {
        var pools = Pools.Of(table.Keys, table);
        var pooled = pools.SelectMany(pool => pool).ToHashSet();
        foreach (var pool in pools)
        {
            int largest = pool.MaxBy(nanosOf);
            double atLeast = nanosOf(largest) - table.Stages[largest].LowSlackNanos;
            if (IsMixed(table, pool) || pool.Any(stage => stage != largest && nanosOf(stage) + table.Stages[stage].HighSlackNanos >= atLeast))
            {
                yield return (pool, NamesOf(table, pool));
            }
            else
            {
                pooled.ExceptWith(pool);
            }
        }

        foreach (var single in Singles(table, pooled)) yield return single;
    }

    // What some samples wait longer is known for a pool as a whole only. Who of it that was, the echoes beside these samples say.
    private static IEnumerable<(ImmutableArray<int> Stages, ImmutableArray<Part> Names)> UnitsOfTail(SampleTable table, Attribution attribution)
    {
        var pools = Pools.Of(table.Keys, table);
        foreach (var pool in pools)
        {
            bool isTold = pool.Length > 1 && !IsMixed(table, pool) && attribution.Excess(pool).Nanos.Nanos >= WitnessedNanosMin;
            var able = isTold ? RareWaits.Within(table, pool, attribution.SlowRows).Able() : pool;
            yield return (pool, NamesOf(table, able.IsEmpty ? pool : able));
        }

        foreach (var single in Singles(table, [.. pools.SelectMany(pool => pool)])) yield return single;
    }

    private static IEnumerable<(ImmutableArray<int> Stages, ImmutableArray<Part> Names)> Singles(SampleTable table, HashSet<int> pooled)
    {
        for (int stage = 0; stage < table.Keys.Length; stage++)
        {
            if (!pooled.Contains(stage))
            {
                yield return ([stage], NamesOf(table, [stage]));
            }
        }
    }

    private static bool IsMixed(SampleTable table, ImmutableArray<int> pool) => pool.Any(stage => table.Stages[stage].IsMixed);

    private static ImmutableArray<Part> NamesOf(SampleTable table, IEnumerable<int> stages) => Pools.NamesOf(
        table.Keys, stages, stage => table.Stages[stage].Grade >= Grade.Pooled, stage => table.Stages[stage].Count > table.Count / 2);
}
