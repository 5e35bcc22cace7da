using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>One part of two sets of samples, with what every detector says about it.</summary>
/// <param name="Pair">The values.</param>
/// <param name="Ranks">What their ranks say.</param>
/// <param name="Levels">What their levels over time say.</param>
/// <param name="Difference">By how much they differ.</param>
/// <param name="Tests">How many tests, on all parts together, can name something by chance.</param>
internal sealed record ComparedPart(ColumnPair Pair, Deviations Ranks, Levels Levels, Differences Difference, int Tests)
{
    private const double FloorFreedomMin = 4;

    // A drift with a memory as long as a stretch makes the levels' error look too small by about a sixth.
    private const double AlarmCaution = 0.8;

    /// <summary>Which stage or layer.</summary>
    public Part Part => Pair.Part;

    /// <summary>The detector that is farthest from chance.</summary>
    public Detector Loudest => Enum.GetValues<Detector>().MinBy(ChanceOf);

    /// <summary>Standard deviations from no change. In the middle, where a drift looks most like a change, both tests must see it. At the
    /// floor of a stage that waits for a frame clock, by how much the few fastest moved says more than their ranks.</summary>
    public double DeviationOf(Detector detector) => detector switch
    {
        Detector.Floor => Math.Abs(FloorDeviation) > Math.Abs(Ranks.Floor) ? FloorDeviation : Ranks.Floor,
        Detector.Typical => Weaker(Ranks.Typical, Levels.Typical.Deviation),
        _ => Ranks.Tail,
    };

    /// <summary>Probability of chance moving a detector as far, corrected for all tests.</summary>
    public double ChanceOf(Detector detector) => Corrected(DeviationOf(detector));

    /// <summary>The same for an alarm: the level must also have moved by more than it wanders, the floor's as well, and with something to spare.</summary>
    public double ChanceOfAlarm(Detector detector) => Corrected(detector == Detector.Tail
        ? DeviationOf(detector) : Weaker(DeviationOf(detector), Levels.Of(detector).Deviation * AlarmCaution));

    // The change of the floor over its error from resampling, as Student's t with as many degrees of freedom as there are values in the band.
    private double FloorDeviation
    {
        get
        {
            double freedom = (Band.Floor.To - Band.Floor.From) * Math.Min(Pair.Before.Count, Pair.After.Count);
            double error = Difference.Floor.MarginNanos / Normal.NinetyFive * Math.Sqrt(Ranks.Inflation);
            return freedom < FloorFreedomMin || error <= 0 ? 0 : Normal.OfStudent(Difference.Floor.Nanos / error, freedom);
        }
    }

    /// <summary>Of the tests, its own.</summary>
    public int OwnTests => TestsThatCanErr(Levels);

    /// <summary>How many tests of a part can name it by chance: whatever chance does, it does not move a detector that is this steady by as much
    /// as is worth naming.</summary>
    public static int TestsThatCanErr(Levels levels)
    {
        const double deviations = 10;
        return (levels.Floor.ErrorNanos * deviations >= Blame.WorthNamingNanos ? RankTest.FastTests : 0)
            + (levels.Typical.ErrorNanos * deviations >= Blame.WorthNamingNanos ? 1 : 0)
            + (levels.Tail.ErrorNanos * deviations >= Blame.WorthNamingNanos ? RankTest.SlowTests : 0);
    }

    private static double Weaker(double ranks, double levels) =>
        ranks * levels <= 0 ? 0 : Math.Abs(levels) < Math.Abs(ranks) ? levels : ranks;

    private double Corrected(double deviation) => double.IsNaN(deviation) ? 1 : Math.Min(1, Tests * Normal.TwoSided(deviation));

    /// <summary>For reports.</summary>
    public PartChange ToChange()
    {
        var typical = Difference.Typical.Nanos;
        return new(Part, (Grade)Math.Max((byte)Pair.Before.Grade, (byte)Pair.After.Grade), Pair.Before.Count, Pair.After.Count, Difference.Floor,
            Difference.Typical, Difference.Tail, Difference.Mean, typical - Pair.LowSlackNanos, typical + Pair.HighSlackNanos, Loudest,
            ChanceOf(Loudest));
    }
}

/// <summary>Stages among which time can move unseen, because it is known how long they take together but only estimated how long each does.</summary>
/// <param name="Stages">Indexes of the stages in path order.</param>
/// <param name="Sum">What they take together, which was measured.</param>
/// <param name="IsInseparable">True when some of a member's values are known as a sum only and others are not, so that it is not the same everywhere.</param>
internal sealed record Pool(ImmutableArray<int> Stages, ComparedPart Sum, bool IsInseparable);

/// <summary>All parts of two sets of samples: stages, pools of stages, layers, and the total.</summary>
internal sealed record ComparedParts(
    ImmutableArray<StageKey> Keys, ImmutableArray<ComparedPart> Stages, ImmutableArray<Pool> Pools, ImmutableArray<ComparedPart> Layers, ComparedPart Total)
{
    /// <summary>Compares them.</summary>
    /// <param name="keys">The stages of both.</param>
    /// <param name="before">The first set.</param>
    /// <param name="after">The second set.</param>
    /// <param name="replicates">Draws for the intervals; 0 leaves every interval empty, for who only counts alarms.</param>
    public static ComparedParts Of(
        ImmutableArray<StageKey> keys, SampleTable before, SampleTable after, int replicates = Differences.Replicates)
    {
        var layers = keys.Select(Part.LayerOf).Distinct().ToList();
        var pools = Statistics.Pools.Of(keys, before, after);
        List<ColumnPair> pairs =
        [
            .. keys.Select((key, stage) => new ColumnPair(Part.Of(key), before.Stages[stage], after.Stages[stage])),
            .. pools.Select(stages => new ColumnPair(Part.LayerOf(keys[stages[^1]]), before.Sum(stages), after.Sum(stages))),
            .. layers.Select(layer => (layer, Stages: Members(keys, layer)))
                .Select(of => new ColumnPair(of.layer, before.Sum(of.Stages), after.Sum(of.Stages))),
            new(new Part(-1, "total", null), before.Total, after.Total),
        ];
        var (blocksBefore, blocksAfter) = (TimeBlocks.Of(before.AtTicks), TimeBlocks.Of(after.AtTicks));
        var levels = pairs.Select(pair => LevelTest.Compare(pair.Before.Measured(), pair.After.Measured())).ToList();
        int tests = Math.Max(1, levels.Sum(ComparedPart.TestsThatCanErr));
        var differences = Differences.Of(pairs, blocksBefore, blocksAfter, replicates);
        var compared = pairs.Select((pair, index) => new ComparedPart(
            pair, RankTest.Compare(Series.Of(pair.Before, blocksBefore), Series.Of(pair.After, blocksAfter)), levels[index], differences[index],
            tests)).ToList();
        return new(
            keys, [.. compared.Take(keys.Length)],
            [.. pools.Select((stages, index) => new Pool(stages, compared[keys.Length + index], stages.Any(stage =>
                before.Stages[stage].IsMixed || after.Stages[stage].IsMixed || before.Stages[stage].IsPooled != after.Stages[stage].IsPooled)))],
            [.. compared.Skip(keys.Length + pools.Length).Take(layers.Count)],
            compared[^1]);
    }

    /// <summary>Indexes of a layer's stages.</summary>
    public static IEnumerable<int> Members(ImmutableArray<StageKey> keys, Part layer) =>
        Enumerable.Range(0, keys.Length).Where(stage => layer.Contains(keys[stage]));
}
