using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>From what the detectors say to names: a stage when it was that stage, a set when nobody can say which of them.</summary>
internal static class Blame
{
    /// <summary>Smaller changes are real perhaps, but nobody feels them, and levels drift by as much.</summary>
    public const double WorthNamingNanos = 500_000;

    /// <summary>No smaller change raises an alarm unasked.</summary>
    public const double WorthAlarmNanos = 1_000_000;

    /// <summary>Changes smaller than this part of the largest one may be its side effects.</summary>
    public const double SideEffectShare = 0.04;

    private const double FloorSignDeviations = 2.5, RareFactor = 6;

    private static readonly Detector[] s_detectors = Enum.GetValues<Detector>();

    /// <summary>Everything worth a name: certain ones first, then what costs an interaction most on average.</summary>
    public static ImmutableArray<Change> Name(ComparedParts parts)
    {
        var named = new List<(Change Change, double Cost)>();
        var pooled = parts.Pools.SelectMany(pool => pool.Stages).ToHashSet();
        for (int stage = 0; stage < parts.Stages.Length; stage++)
        {
            if (!pooled.Contains(stage) && Judge(parts.Stages[stage]) is { Shape: not ChangeShape.None } change)
            {
                named.Add((change, CostOf(change, parts.Stages[stage])));
            }
        }

        // A layer may look changed because another of its pool is, which has the name then.
        var explained = new HashSet<int>();
        foreach (var pool in parts.Pools)
        {
            var within = NameWithin(parts, pool).ToList();
            named.AddRange(within);
            explained.UnionWith(within.Count > 0 ? pool.Stages.Select(stage => parts.Keys[stage].Layer) : []);
        }

        // Several small changes of one layer, none of which has a name of its own.
        foreach (var layer in parts.Layers)
        {
            if (!explained.Contains(layer.Part.Layer) && !named.Any(name => name.Change.Parts.Any(part => part.Layer == layer.Part.Layer))
                && Judge(layer) is { Shape: not ChangeShape.None } change)
            {
                named.Add((WithinLayer(parts, pooled, layer, change), CostOf(change, layer)));
            }
        }

        double largest = named.Select(name => Math.Abs(name.Change.Size.Nanos)).DefaultIfEmpty().Max();
        return [.. named.Where(name => Math.Abs(name.Change.Size.Nanos) >= SideEffectShare * largest)
            .OrderByDescending(name => name.Change.Certainty).ThenByDescending(name => name.Cost).Select(name => name.Change)];
    }

    // What some interactions pay is not what one pays: a rare wait of 100 ms does not go before 20 ms each time.
    private static double CostOf(Change change, ComparedPart seen) =>
        Math.Abs(change.Shape == ChangeShape.Intermittent ? seen.Difference.Mean.Nanos : change.Size.Nanos);

    // That the layer changed is known. Which of its stages did is then a question to these few only: the one that chance explains worst, if
    // chance does not explain it among them and it holds at least half of the layer's change.
    private static Change WithinLayer(ComparedParts parts, HashSet<int> pooled, ComparedPart layer, Change change)
    {
        var members = parts.Stages.Where((part, stage) => !pooled.Contains(stage) && part.Part.Layer == layer.Part.Layer).ToList();
        var member = members.Where(part => IsWorthNaming(part, Sign(part))).MaxBy(part => Math.Abs(part.DeviationOf(Sign(part))));
        if (member is null)
        {
            return change;
        }

        double chance = Math.Min(1, members.Sum(part => part.OwnTests) * Normal.TwoSided(member.DeviationOf(Sign(member))));
        var (shape, size) = ShapeOf(member.Difference);
        return chance <= Comparison.LikelyChance && size.Nanos * change.Size.Nanos > 0 && Math.Abs(size.Nanos) >= Math.Abs(change.Size.Nanos) / 2
            ? new([member.Part], shape, size, Certainty.Likely, Math.Max(chance, change.Chance))
            : change;
    }

    /// <summary>Where to look first although chance explains everything.</summary>
    public static Change? Nearest(ComparedParts parts)
    {
        var pooled = parts.Pools.SelectMany(pool => pool.Stages).ToHashSet();
        var nearest = parts.Stages.Where((_, stage) => !pooled.Contains(stage))
            .Select(part => (Parts: ImmutableArray.Create(part.Part), Seen: part))
            .Concat(parts.Pools.Select(pool => (Parts: NamesOf(parts, pool.Stages), Seen: pool.Sum)))
            .Where(candidate => candidate.Seen.Pair.IsComparable)
            .OrderByDescending(candidate => IsWorthNaming(candidate.Seen, Sign(candidate.Seen)))
            .ThenByDescending(candidate => Sign(candidate.Seen) == Detector.Floor)
            .ThenByDescending(candidate => Math.Abs(candidate.Seen.DeviationOf(Sign(candidate.Seen)))).FirstOrDefault();
        return nearest.Seen is not { } seen
            ? null
            : new(nearest.Parts, ChangeShape.None, seen.Difference.Of(Sign(seen)), Certainty.None, seen.ChanceOf(Sign(seen)));
    }

    // What speaks for a part that has no name yet: its floor if that moved at all, because outliers move tails, and nothing but a change
    // moves floors.
    private static Detector Sign(ComparedPart seen) =>
        IsWorthNaming(seen, Detector.Floor) && Math.Abs(seen.DeviationOf(Detector.Floor)) >= FloorSignDeviations ? Detector.Floor : seen.Loudest;

    // What one column alone says.
    private static Change Judge(ComparedPart seen)
    {
        var moved = s_detectors.Where(detector => Moved(seen, detector)).ToList();
        if (moved.Count == 0)
        {
            return new([seen.Part], ChangeShape.None, default, Certainty.None, 1);
        }

        double chance = moved.Min(seen.ChanceOf);
        bool isCertain = moved.Any(detector =>
            seen.ChanceOfAlarm(detector) <= Comparison.CertainChance && Math.Abs(seen.Difference.Of(detector).Nanos) >= WorthAlarmNanos);
        var (shape, size) = ShapeOf(seen.Difference);
        return new([seen.Part], shape, size, isCertain ? Certainty.Certain : Certainty.Likely, chance);
    }

    private static bool Moved(ComparedPart seen, Detector detector) =>
        seen.ChanceOf(detector) <= Comparison.LikelyChance && IsWorthNaming(seen, detector);

    private static bool IsWorthNaming(ComparedPart seen, Detector detector)
    {
        double nanos = seen.Difference.Of(detector).Nanos;
        return Math.Abs(nanos) >= WorthNamingNanos && Math.Sign(nanos) == Math.Sign(seen.DeviationOf(detector));
    }

    // Whatever the mean moved by at least, the fastest moved by half of it when every sample did, the middle when most did. At least, because
    // one outlier moves a mean by anything.
    private static (ChangeShape Shape, Figure Size) ShapeOf(Differences difference)
    {
        double mean = difference.Mean.LeastNanos;
        return IsHalf(difference.Floor, mean) ? (ChangeShape.Constant, Sharpest(difference))
            : IsHalf(difference.Typical, mean) && !IsRare(difference) ? (ChangeShape.Jitter, Sharper(difference.Typical, difference.Mean))
            : (ChangeShape.Intermittent, difference.TailOfTouched);
    }

    // However jitter is distributed, its slowest tenth is not that much worse than its middle: then the middle only moved a bit as well.
    private static bool IsRare(Differences difference) =>
        Math.Abs(difference.Tail.LeastNanos) > RareFactor * Math.Abs(difference.Typical.Nanos);

    private static bool IsHalf(Figure figure, double mean) =>
        figure.LeastNanos != 0 && figure.Nanos * mean >= 0
        && Math.Abs(figure.Nanos) >= Math.Max(WorthNamingNanos, Math.Abs(mean) / 2);

    // A constant change moves everything alike, so the size is read where it can be read best: at the floor of a stage that waits for a
    // frame clock, in the middle of one that does not.
    private static Figure Sharpest(Differences difference) => Sharper(difference.Floor, Sharper(difference.Typical, difference.Mean));

    private static Figure Sharper(Figure one, Figure other) => other.MarginNanos < one.MarginNanos ? other : one;

    // A member is named when its own change cannot be nothing, however the estimates are read. Where that holds for none, all of them are, or those
    // whose echoes were late when the user waited.
    private static IEnumerable<(Change Change, double Cost)> NameWithin(ComparedParts parts, Pool pool)
    {
        var sum = Judge(pool.Sum);
        if (sum.Shape == ChangeShape.None)
        {
            return [];
        }

        if (pool.Stages.Length == 1 || pool.IsInseparable)
        {
            return [(sum with { Parts = SetOf(parts, pool, sum) }, CostOf(sum, pool.Sum))];
        }

        var rare = RareWaits.Between(parts, pool, sum.Size.Nanos > 0);
        var sure = pool.Stages.Select(stage => (Stage: stage, Seen: parts.Stages[stage], Change: Judge(parts.Stages[stage])))
            .Where(member => IsSure(member.Stage, member.Seen, member.Change, sum, rare)).ToList();
        if (sure.Count > 0)
        {
            return sure.Select(member => (member.Change with
            {
                Parts = NamesOf(parts, [member.Stage]),
                Certainty = (Certainty)Math.Min((byte)member.Change.Certainty, (byte)sum.Certainty),
                // An estimate is the middle of some echoes, and no longer than the wait: of what varies it sees a part. The sum was measured.
                Size = sure.Count == 1 && member.Change.Shape == ChangeShape.Jitter && sum.Shape == ChangeShape.Jitter ? sum.Size : member.Change.Size,
            }, CostOf(member.Change, member.Seen)));
        }

        var able = sum.Shape == ChangeShape.Intermittent ? rare.Able() : [];
        return [(sum with { Parts = able.IsEmpty ? SetOf(parts, pool, sum) : NamesOf(parts, able) }, CostOf(sum, pool.Sum))];
    }

    // Of a change that only some feel, what is left when the ways are taken off is sure when no way's echoes felt it.
    private static bool IsSure(int stage, ComparedPart member, Change change, Change sum, RareWaits rare) => change.Shape switch
    {
        ChangeShape.None => false,
        ChangeShape.Intermittent => change.Size.Nanos * sum.Size.Nanos > 0 && rare.IsRest(stage) && rare.HasNoWitness,
        _ => CannotBeNothing(member, change, sum),
    };

    private static bool CannotBeNothing(ComparedPart member, Change change, Change sum)
    {
        double low = change.Size.LowNanos - member.Pair.LowSlackNanos, high = change.Size.HighNanos + member.Pair.HighSlackNanos;
        return sum.Size.Nanos > 0 ? low > 0 : high < 0;
    }

    // Those that may hold at least half of the change, however the estimates are read: a hop whose echoes stood still is not accused.
    private static ImmutableArray<Part> SetOf(ComparedParts parts, Pool pool, Change sum)
    {
        ImmutableArray<int> able = pool.IsInseparable ? pool.Stages : [.. pool.Stages.Where(stage => CanHoldHalf(parts.Stages[stage], sum))];
        return NamesOf(parts, able.IsEmpty ? pool.Stages : able);
    }

    private static bool CanHoldHalf(ComparedPart member, Change sum)
    {
        var figure = sum.Shape == ChangeShape.Intermittent ? member.Difference.Tail : member.Difference.Typical;
        double half = sum.Size.Nanos / 2;
        return !member.Pair.IsComparable
            || (half > 0 ? figure.HighNanos + member.Pair.HighSlackNanos >= half : figure.LowNanos - member.Pair.LowSlackNanos <= half);
    }

    private static ImmutableArray<Part> NamesOf(ComparedParts parts, IEnumerable<int> stages) => Pools.NamesOf(
        parts.Keys, stages, stage => parts.Stages[stage].Pair.Before.Grade >= Grade.Pooled || parts.Stages[stage].Pair.After.Grade >= Grade.Pooled,
        stage => parts.Stages[stage].Pair.IsComparable);
}
