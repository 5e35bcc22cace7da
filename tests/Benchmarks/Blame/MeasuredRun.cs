using System.Globalization;
using System.Text.RegularExpressions;
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
public sealed partial record MeasuredRun(PlannedRun Plan, MeasuredSide Baseline, MeasuredSide Faulty, string Account)
{
    /// <summary>How long a fault held up on average, by the account of whoever did: what is drawn at random is not what was ordered. Of a fault that
    /// only some feel, how long those. What was ordered, where the account does not tell.</summary>
    public double MillisOf(PlannedFault fault)
    {
        if (fault.Shape == "intermittent") return fault.DelayMillis;
        string stage = fault.Place[(fault.Place.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (fault.IsOfGateway)
        {
            var held = OfStage().Matches(Account).FirstOrDefault(held => held.Groups[1].Value == stage);
            return held is null ? fault.DelayMillis : Number(held.Groups[3]) / Math.Max(1, Number(held.Groups[2]));
        }

        // Both ways, each packet by itself.
        return stage == "transport" && OfPackets().Match(Account) is { Success: true } packets ? 2 * Number(packets.Groups[1])
            : stage == "application" && OfAnswers().Match(Account) is { Success: true } answers ? Number(answers.Groups[1]) : fault.DelayMillis;
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("""
        "stage":"([a-z-]+)"[^;]*?"delayed":(\d+),"waitedMillis":([\d.]+)
        """)]
    private static partial Regex OfStage();

    [GeneratedRegex(@"were held ([\d.]+) ms on average")]
    private static partial Regex OfPackets();

    [GeneratedRegex(@"answered late: ([\d.]+) ms on average")]
    private static partial Regex OfAnswers();
}
