using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>How good the verdict on one run is.</summary>
/// <param name="Run">The run.</param>
/// <param name="Samples">Samples of the smaller side.</param>
/// <param name="Named">Every fault is named: its stage, or a set of stages of its layer that holds it.</param>
/// <param name="SetNamed">Every fault is named, perhaps in a set with stages of other layers.</param>
/// <param name="LayerNamed">Every fault's layer is named.</param>
/// <param name="SizeErrorMillis">How far the sizes are off at most; null when not named.</param>
/// <param name="Leakage">What stages of other layers have changed by, as a part of what was injected; null without a fault.</param>
/// <param name="StageLeakage">The same of all other stages.</param>
/// <param name="Alarms">Certain changes that are no fault's.</param>
/// <param name="Suspects">The same with those that are only likely.</param>
/// <param name="Verdict">The verdict in words, for looking at.</param>
public sealed record BlameScore(MeasuredRun Run, int Samples, bool Named, bool SetNamed, bool LayerNamed, double? SizeErrorMillis, double? Leakage, double? StageLeakage, int Alarms, int Suspects,
    string Verdict)
{
    /// <summary>Whether the verdict was right: every fault named, or nothing where there is none to feel.</summary>
    public bool IsRight => Run.Plan.Kind == RunKind.Fault ? Named : Alarms == 0;

    /// <summary>Scores a verdict that was made without knowing the run.</summary>
    public static BlameScore Of(MeasuredRun run, Comparison verdict)
    {
        // Nothing is to be found in a fault that no user feels.
        PlannedFault[] faults = run.Plan.Kind == RunKind.Fault ? run.Plan.Faults : [];
        var places = faults.Select(fault => BlamePlace.Of(run.Plan.Road, fault.Place)).ToArray();
        var found = places.Select(place => verdict.Changes.FirstOrDefault(change => change.Parts.Any(place.Is) && change.Layer is not null)).ToList();
        // One fault must be what is named first; two must both be named before anything else.
        bool named = faults.Length > 0 && found.All(change => change is not null && verdict.Changes.IndexOf(change) < faults.Length);
        var wrong = verdict.Changes.Where(change => !places.Any(place => change.Parts.Any(place.IsLayer))).ToList();
        return new BlameScore(
            run, Math.Min(verdict.BeforeCount, verdict.AfterCount), named,
            places.Length > 0 && places.All(place => verdict.Changes.Take(places.Length).Any(change => change.Parts.Any(place.Is))),
            places.Length > 0 && places.All(place => verdict.Changes.Take(places.Length).Any(change => change.Parts.Any(place.IsLayer))),
            named ? faults.Zip(found, (fault, change) => Math.Abs(change!.Size.Nanos / 1e6 - run.MillisOf(fault))).Max() : null,
            faults.Length == 0 ? null : Leak(run, verdict, places, part => !places.Any(place => place.IsLayer(part))),
            faults.Length == 0 ? null : Leak(run, verdict, places, part => !places.Any(place => place.Is(part))), wrong.Count(change => change.Certainty == Certainty.Certain), wrong.Count,
            verdict.Changes.IsEmpty && faults.Length > 0 ? $"nothing named; {string.Join(", ", verdict.Stages.Select(Moved))}" : Words(verdict.Changes));
    }

    /// <summary>What was named, for people.</summary>
    internal static string Words(IEnumerable<Change> changes) =>
        string.Join(", ", changes.Select(change => $"{change} {change.Shape} {change.Size.Nanos / 1e6:0.0} ms {change.Certainty}"));

    private static string Moved(PartChange stage) => $"{stage.Part} {stage.Typical.Nanos / 1e6:+0.0;-0.0;0}{stage.Grade.Letter()}";

    /// <summary>Changes of the other stages that chance does not explain, against what was injected: between the sides; where only some keys were held up,
    /// between those and the others of the same side. Stages that are blamed together share what one of them got.</summary>
    private static double Leak(MeasuredRun run, Comparison verdict, BlamePlace[] places, Func<Part, bool> isElsewhere)
    {
        double injected = run.Plan.Faults.Sum(fault => fault.DelayMillis) * 1e6;
        var pooled = verdict.Changes.Where(change => change.IsPooled).SelectMany(change => change.Parts).ToHashSet();
        var others = verdict.Stages.Where(stage => isElsewhere(stage.Part) && !pooled.Contains(stage.Part)).ToList();
        var moved = run.Plan.Faults.Any(fault => fault.Shape == "intermittent")
            ? HeldUpKeys.Of(run, places, injected) is { } keys ? others.Select(stage => keys.Beside(stage.Part)) : []
            : others.Select(stage => stage.Typical);
        return moved.Where(figure => figure.LeastNanos != 0).Sum(figure => Math.Abs(figure.Nanos)) / injected;
    }
}
