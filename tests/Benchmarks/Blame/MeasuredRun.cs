using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>A key press as the client saw it.</summary>
/// <param name="At">When it was pressed.</param>
/// <param name="Nanos">Until the next picture was decoded.</param>
public readonly record struct OutsideTotal(DateTimeOffset At, long Nanos);

/// <summary>One side of a run: a span in which keys were pressed.</summary>
/// <param name="Since">Before the first key.</param>
/// <param name="Until">After the last key's picture.</param>
/// <param name="Totals">What the client timed.</param>
/// <param name="Samples">What the node's API answered for that span: all that a verdict may know.</param>
public sealed record MeasuredSide(DateTimeOffset Since, DateTimeOffset Until, IReadOnlyList<OutsideTotal> Totals, IReadOnlyList<Sample> Samples)
{
    /// <summary>Those of keys that people would have pressed under that load: a picture beside the terminal makes most samples busy, and the two are never
    /// compared with each other. The echo machine shows its count of instructions all the time, so what its samples are called is chance, and all of them count.</summary>
    public List<Sample> Of(PlannedRun run)
    {
        if (run.Road == BlamePlace.Machine) return [.. Samples.Where(sample => sample.Origin == SampleOrigin.Passive)];
        string load = run.Load;
        var wanted = load == "busy" ? Load.Busy : Load.Idle;
        return [.. Samples.Where(sample => sample.Origin == SampleOrigin.Passive && sample.Load == wanted)];
    }
}

/// <summary>A run that was carried out, not yet judged.</summary>
/// <param name="Plan">What was done, which the verdict must not know.</param>
/// <param name="Baseline">The side without faults.</param>
/// <param name="Faulty">The side with them.</param>
/// <param name="Account">What those who held things up say about it.</param>
public sealed record MeasuredRun(PlannedRun Plan, MeasuredSide Baseline, MeasuredSide Faulty, string Account);
