using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>Measures one group of samples.</summary>
internal static class GroupMeasure
{
    private const double WhatIfShareMin = 0.03;

    /// <summary>Everything about samples of one load.</summary>
    public static GroupSummary Of(Load load, InputKind? kind, IReadOnlyList<Sample> samples, double? framePeriodNanos)
    {
        var table = SampleTable.Of(samples, SampleTable.KeysOf(samples));
        bool isEnough = samples.Count >= LatencySummary.PartsCountMin;
        double? slowQuantile = samples.Count >= OrderStatistics.P99CountMin ? 0.99 : samples.Count >= OrderStatistics.P95CountMin ? 0.95 : null;
        var draw = new BlockBootstrap(TimeBlocks.Of(table.AtTicks), LatencySummary.Replicates);
        var layers = isEnough ? table.Keys.Select(Part.LayerOf).Distinct().ToList() : [];
        List<(Part Part, int[] Stages, Column Column)> parts =
        [
            .. layers.Select(layer => (Part: layer, Stages: MembersOf(table, layer))).Select(of => (of.Part, of.Stages, table.Sum(of.Stages))),
            .. isEnough ? table.Keys.Select((key, stage) => (Part.Of(key), new[] { stage }, table.Stages[stage])) : [],
        ];
        var profiles = Profile.Of([table.Total, .. parts.Select(part => part.Column)], draw);
        var total = profiles[0];
        double censoredFrom = table.Total.Nanos.Where((_, row) => table.Censored[row]).DefaultIfEmpty(double.PositiveInfinity).Min();
        var attribution = new Attribution(table, draw, slowQuantile);
        var measured = parts.Select((part, index) => Measure(part.Part, part.Stages, part.Column, profiles[index + 1], attribution)).ToList();
        return new(
            load, kind, table.Count, table.CensoredCount, new(table.AtTicks[0], TimeSpan.Zero), new(table.AtTicks[^1], TimeSpan.Zero), total.Floor,
            OrderStatistics.At(total.Sorted.Nanos, 0.5, censoredFrom)!.Value, OrderStatistics.P95(total.Sorted.Nanos, censoredFrom),
            OrderStatistics.P99(total.Sorted.Nanos, censoredFrom), attribution.MedianTotalNanos, slowQuantile,
            slowQuantile is { } slow ? total.Sorted.Quantile(slow) : null, attribution.HasTail ? attribution.SlowTotalNanos : null,
            [.. measured.Take(layers.Count)], [.. measured.Skip(layers.Count)],
            isEnough ? Accusation.Of(table, attribution, inExcess: false) : null,
            isEnough && attribution.HasTail ? Accusation.Of(table, attribution, inExcess: true) : null,
            isEnough ? ChangePointsOf(table) : [], isEnough ? WhatIfsOf(table, load, framePeriodNanos, measured, layers) : []);
    }

    private static int[] MembersOf(SampleTable table, Part layer) => [.. ComparedParts.Members(table.Keys, layer)];

    private static PartSummary Measure(Part part, int[] stages, Column column, Profile profile, Attribution attribution)
    {
        var sorted = profile.Sorted.Nanos;
        var (median, medianShare) = attribution.Median(stages);
        (Figure Nanos, Share Share)? slow = attribution.HasTail ? attribution.Slow(stages) : null;
        (Figure Nanos, Share Share)? excess = attribution.HasTail ? attribution.Excess(stages) : null;
        return new(
            part, column.Grade, column.Count, profile.Floor, profile.Typical, column.Count < OrderStatistics.P95CountMin ? null : profile.Tail,
            column.Mean, OrderStatistics.At(sorted, 0.5)!.Value, OrderStatistics.P95(sorted), OrderStatistics.P99(sorted),
            column.Mean - column.LowSlackNanos, column.Mean + column.HighSlackNanos, median, medianShare, slow?.Nanos, slow?.Share, excess?.Nanos,
            excess?.Share);
    }

    // The total, measured stages, and pools as sums: within a pool only the estimates move.
    private static ImmutableArray<ChangePoint> ChangePointsOf(SampleTable table)
    {
        var pools = Pools.Of(table.Keys, table);
        var pooled = pools.SelectMany(pool => pool).ToHashSet();
        List<(Part? Part, Column Column)> series =
        [
            (null, table.Total),
            .. Enumerable.Range(0, table.Keys.Length).Where(stage => !pooled.Contains(stage))
                .Select(stage => ((Part?)Part.Of(table.Keys[stage]), table.Stages[stage])),
            .. pools.Select(pool =>
                ((Part?)(pool.Length == 1 ? Part.Of(table.Keys[pool[0]]) : NameOf(table, pool)), table.Sum(pool))),
        ];
        return [.. series.SelectMany(of => ChangePoints.Of(of.Part, of.Column, table, series.Count)).OrderBy(point => point.At)];
    }

    private static Part NameOf(SampleTable table, ImmutableArray<int> pool) => Part.LayerOf(table.Keys[pool[^1]]) with
    {
        LayerName = JointName.Of([.. pool.Select(stage => table.Keys[stage].LayerName).Distinct()]),
    };

    private static ImmutableArray<WhatIf> WhatIfsOf(
        SampleTable table, Load load, double? framePeriodNanos, List<PartSummary> measured, List<Part> layers)
    {
        var retiming = new Retiming(table, load, framePeriodNanos);
        var whatIfs = measured.Where(part => part.MedianShare.Value >= WhatIfShareMin).Select(part => retiming.Without(
            part.Part.Stage is null ? WhatIfKind.LayerRemoved : WhatIfKind.StageRemoved, [part.Part],
            [.. ComparedParts.Members(table.Keys, part.Part)], part.Median.MarginNanos)).ToList();
        int[] transcoding = [.. Enumerable.Range(0, table.Keys.Length)
            .Where(stage => table.Keys[stage].Stage is Stage.Decode or Stage.Publish or Stage.Encode)];
        if (transcoding.Length > 0)
        {
            whatIfs.Add(retiming.Without(WhatIfKind.PassThrough, [.. transcoding.Select(stage => Part.Of(table.Keys[stage]))], transcoding,
                transcoding.Sum(stage => measured[layers.Count + stage].Median.MarginNanos)));
        }

        return [.. whatIfs.OrderByDescending(whatIf => whatIf.P50Saved.Nanos)];
    }
}
