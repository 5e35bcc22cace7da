using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>How many inputs found their picture.</summary>
/// <param name="Inputs">Inputs that were seen.</param>
/// <param name="Matched">Inputs whose picture was found with margin; these are the samples.</param>
/// <param name="Unanswered">Inputs without an answer in time (censored samples).</param>
public sealed record AnsweredInputs(long Inputs, long Matched, long Unanswered)
{
    /// <summary>Matched of all; null without inputs.</summary>
    public double? Rate => Inputs == 0 ? null : (double)Matched / Inputs;
}

/// <summary>One stage or layer in the samples of a group. All durations are of this part alone.</summary>
/// <param name="Part">Which.</param>
/// <param name="Grade">The worst grade that more than a few of its values have.</param>
/// <param name="Count">Samples that measured it; the others say nothing about it.</param>
/// <param name="Floor">Mean of its p1 to p5.</param>
/// <param name="Typical">Mean of its p40 to p60.</param>
/// <param name="Tail">Mean of its values above p95; null under 100 samples.</param>
/// <param name="MeanNanos">Mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P95">95th percentile; null under 100 samples.</param>
/// <param name="P99">99th percentile; null under 1000 samples.</param>
/// <param name="LowNanos">Mean of the lower bounds that its grade leaves to its values.</param>
/// <param name="HighNanos">Mean of the upper bounds.</param>
/// <param name="Median">Its mean in the samples whose TOTAL lies in p40 to p60. Over all stages this adds up to
/// <see cref="GroupSummary.MedianBandNanos"/>.</param>
/// <param name="MedianShare">The same as a part of the total.</param>
/// <param name="Slow">Its mean in the slow samples, those with a total at or above <see cref="GroupSummary.SlowFromNanos"/>; adds up to
/// <see cref="GroupSummary.SlowMeanNanos"/>. Null under 100 samples.</param>
/// <param name="SlowShare">The same as a part of the slow total.</param>
/// <param name="Excess"><see cref="Slow"/> less <see cref="Median"/>: what it has to do with slowness.</param>
/// <param name="ExcessShare">The same as a part of the whole excess.</param>
public sealed record PartSummary(
    Part Part, Grade Grade, int Count, Figure Floor, Figure Typical, Figure? Tail, double MeanNanos, Quantile P50, Quantile? P95, Quantile? P99,
    double LowNanos, double HighNanos, Figure Median, Share MedianShare, Figure? Slow, Share? SlowShare, Figure? Excess, Share? ExcessShare);

/// <summary>Who holds most of something: one stage, or several that cannot be told apart.</summary>
/// <param name="Parts">One, or the set.</param>
/// <param name="Nanos">What they hold together.</param>
/// <param name="Share">The same as a part of the whole.</param>
public sealed record Culprit(ImmutableArray<Part> Parts, Figure Nanos, Share Share)
{
    /// <summary>True when it is a set whose members cannot be told apart.</summary>
    public bool IsPooled => Parts.Length > 1;

    /// <summary>The parts, joined by a plus.</summary>
    public override string ToString() => string.Join(" + ", Parts);
}

/// <summary>A moment at which one part's level changed.</summary>
/// <param name="At">The first sample of the new level.</param>
/// <param name="Part">Which stage, or null for the total.</param>
/// <param name="Change">New level less old level; negative = faster.</param>
/// <param name="BeforeNanos">The level before: the mean of p40 to p60, or of the slowest tenth.</param>
/// <param name="AfterNanos">The level after.</param>
/// <param name="Chance">Probability that chance alone makes such a change point somewhere, corrected for every place and part looked at.</param>
/// <param name="Detector">Typical when the middle changed, tail when only slow samples did.</param>
public sealed record ChangePoint(
    DateTimeOffset At, Part? Part, Figure Change, double BeforeNanos, double AfterNanos, double Chance, Detector Detector = Detector.Typical);

/// <summary>What is imagined away.</summary>
public enum WhatIfKind : byte
{
    /// <summary>A stage takes no time.</summary>
    StageRemoved,

    /// <summary>All stages of a layer take no time.</summary>
    LayerRemoved,

    /// <summary>The gateway passes the host's pictures through: no decode, no publish, no encode.</summary>
    PassThrough,
}

/// <summary>How frame pacing was taken into account.</summary>
public enum PacingRule : byte
{
    /// <summary>Nothing removed lies before a host's running frame clock: the time is saved as it stands. Idle hosts run none.</summary>
    NotBeforeAFrameClock,

    /// <summary>Time saved before a frame clock is realised in steps of its period: each sample was re-timed, and the interval covers every phase.</summary>
    InSteps,

    /// <summary>Something removed lies before a host whose pace is not known: between nothing and all of it is saved.</summary>
    PaceUnknown,
}

/// <summary>What would be saved, re-timed sample by sample; never read off the length of a bar.</summary>
/// <param name="Kind">What is imagined away.</param>
/// <param name="Parts">The stages or the layer.</param>
/// <param name="P50Saved">Fall of the median total.</param>
/// <param name="P95Saved">Fall of the 95th percentile; null under 100 samples.</param>
/// <param name="Rule">How pacing was treated.</param>
/// <param name="FramePeriodNanos">Period of the frame clock that was assumed; null when none was.</param>
public sealed record WhatIf(
    WhatIfKind Kind, ImmutableArray<Part> Parts, Figure P50Saved, Figure? P95Saved, PacingRule Rule, double? FramePeriodNanos);

/// <summary>Samples that may be looked at together: one load, and one kind of input or all of them.</summary>
/// <param name="Load">Idle or busy.</param>
/// <param name="Kind">Null for all kinds together.</param>
/// <param name="Count">Samples, unanswered ones included.</param>
/// <param name="Censored">Of them, unanswered: their totals are lower bounds.</param>
/// <param name="From">Arrival of the first input.</param>
/// <param name="To">Arrival of the last input.</param>
/// <param name="Floor">Mean of the totals from p1 to p5.</param>
/// <param name="P50">Median total.</param>
/// <param name="P95">95th percentile of the total; null under 100 samples.</param>
/// <param name="P99">99th percentile; null under 1000 samples.</param>
/// <param name="MedianBandNanos">Mean total of the samples from p40 to p60.</param>
/// <param name="SlowQuantile">Where slow begins: 0.99 from 1000 samples on, 0.95 from 100 on, else null.</param>
/// <param name="SlowFromNanos">The total at that quantile.</param>
/// <param name="SlowMeanNanos">Mean total of the slow samples.</param>
/// <param name="Layers">Each layer; empty when there are too few samples.</param>
/// <param name="Stages">Each stage in path order.</param>
/// <param name="Largest">Who holds most of the median.</param>
/// <param name="Culprit">Who holds most of the tail's excess; null when there is no tail to speak of.</param>
/// <param name="ChangePoints">In order of time.</param>
/// <param name="WhatIfs">Largest saving first.</param>
public sealed record GroupSummary(
    Load Load, InputKind? Kind, int Count, int Censored, DateTimeOffset From, DateTimeOffset To, Figure Floor, Quantile P50, Quantile? P95,
    Quantile? P99, double MedianBandNanos, double? SlowQuantile, double? SlowFromNanos, double? SlowMeanNanos, ImmutableArray<PartSummary> Layers,
    ImmutableArray<PartSummary> Stages, Culprit? Largest, Culprit? Culprit, ImmutableArray<ChangePoint> ChangePoints, ImmutableArray<WhatIf> WhatIfs);

/// <summary>Everything that a report says, as plain values.</summary>
/// <param name="Count">Samples, unanswered ones included.</param>
/// <param name="Censored">Of them, unanswered.</param>
/// <param name="Matches">As it was passed in.</param>
/// <param name="Groups">Per load all kinds together, then each kind where a load has several; largest first.</param>
/// <param name="Verdict">One sentence about the largest group.</param>
public sealed partial record LatencySummary(int Count, int Censored, AnsweredInputs? Matches, ImmutableArray<GroupSummary> Groups, string Verdict);
