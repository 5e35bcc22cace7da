using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>What looks at a stage, each for another kind of change.</summary>
public enum Detector : byte
{
    /// <summary>The fastest samples (mean of p1 to p5): moves when every sample does. Frame pacing hides nothing from it.</summary>
    Floor,

    /// <summary>The middle (mean of p40 to p60, and the ranks as a whole): moves with a constant change and with jitter.</summary>
    Typical,

    /// <summary>The slowest samples (mean above p90): moves when some samples do.</summary>
    Tail,
}

/// <summary>How a changed stage behaves.</summary>
public enum ChangeShape : byte
{
    /// <summary>Nothing changed that is worth a name.</summary>
    None,

    /// <summary>Every sample, the fastest as well.</summary>
    Constant,

    /// <summary>Most samples, but not the fastest.</summary>
    Jitter,

    /// <summary>Some samples; the middle stands still.</summary>
    Intermittent,
}

/// <summary>How sure a change is, with all parts and detectors that were looked at taken into account.</summary>
public enum Certainty : byte
{
    /// <summary>Chance explains it.</summary>
    None,

    /// <summary>Chance alone names something in at most one of 100 comparisons: enough for somebody who asked.</summary>
    Likely,

    /// <summary>Chance alone names something in fewer than one of 60,000 comparisons: enough to alarm unasked, once a minute, for 1000 hours.</summary>
    Certain,
}

/// <summary>How one part differs between two sets of samples.</summary>
/// <param name="Part">The stage, or the layer as a whole.</param>
/// <param name="Grade">The worst grade of the part's values.</param>
/// <param name="BeforeCount">Samples of the first set that measured it.</param>
/// <param name="AfterCount">Samples of the second set that measured it.</param>
/// <param name="Floor">Difference of the floors, after less before; negative = faster.</param>
/// <param name="Typical">Difference of the middles.</param>
/// <param name="Tail">Difference of the means above p90.</param>
/// <param name="Mean">Difference of the means: what one interaction gains or loses on average.</param>
/// <param name="MeasuredLowNanos">The change cannot be smaller, as far as the grades of its values allow: chance is not in it. Equal to
/// <see cref="MeasuredHighNanos"/> for measured stages.</param>
/// <param name="MeasuredHighNanos">The change cannot be larger.</param>
/// <param name="Detector">Which detector speaks loudest.</param>
/// <param name="Chance">Probability that chance alone moves that detector as far, corrected for every part and detector looked at; at most 1.</param>
public sealed record PartChange(
    Part Part, Grade Grade, int BeforeCount, int AfterCount, Figure Floor, Figure Typical, Figure Tail, Figure Mean, double MeasuredLowNanos,
    double MeasuredHighNanos, Detector Detector, double Chance);

/// <summary>Something that changed: one stage, or stages that cannot be told apart and are blamed together.</summary>
/// <param name="Parts">One stage; several when the change is in their sum and nobody can say in which; a layer when its stages changed
/// together and none of them alone.</param>
/// <param name="Shape">What kind of change.</param>
/// <param name="Size">By how much: of the floor when constant, of the middle or on average when jitter, whichever is known better, of those it touches when intermittent. Negative = faster.</param>
/// <param name="Certainty">How sure.</param>
/// <param name="Chance">As in <see cref="PartChange.Chance"/>.</param>
public sealed record Change(ImmutableArray<Part> Parts, ChangeShape Shape, Figure Size, Certainty Certainty, double Chance)
{
    /// <summary>True when the change is in the sum of several stages that cannot be told apart.</summary>
    public bool IsPooled => Parts.Length > 1;

    /// <summary>The layer, when all parts are of one; null otherwise.</summary>
    public Part? Layer
    {
        get
        {
            var first = Parts[0];
            return Parts.All(part => part.Layer == first.Layer) ? first with { Stage = null } : null;
        }
    }

    /// <summary>The stages, joined: <c>rdp desk-1/transport + rdp desk-1/host</c>.</summary>
    public override string ToString() => string.Join(" + ", Parts);
}

/// <summary>What changed between two sets of samples of the same chain.</summary>
/// <param name="BeforeCount">Samples in the first set.</param>
/// <param name="AfterCount">Samples in the second.</param>
/// <param name="BeforeCensored">Of them, unanswered.</param>
/// <param name="AfterCensored">Of them, unanswered.</param>
/// <param name="Total">How the whole wait differs.</param>
/// <param name="Stages">Every stage in path order, changed or not.</param>
/// <param name="Layers">Every layer, changed or not.</param>
/// <param name="Changes">What is worth a name: certain ones first, then the largest; empty when chance explains all.</param>
/// <param name="Leading">The first of <see cref="Changes"/>; or else, for who wants to know where to look first, the part that chance
/// explains worst, with <see cref="Certainty.None"/>. Null without samples.</param>
public sealed partial record Comparison(
    int BeforeCount, int AfterCount, int BeforeCensored, int AfterCensored, PartChange? Total, ImmutableArray<PartChange> Stages,
    ImmutableArray<PartChange> Layers, ImmutableArray<Change> Changes, Change? Leading);
