namespace RemoteChain.Benchmarks.Blame;

/// <summary>What became of all runs with the same faults under the same load. Names are those of the answer's <c>cells</c>, see docs/latency.md.</summary>
/// <param name="Road">The way to the host.</param>
/// <param name="Layers">Places of the faults.</param>
/// <param name="DelayMs">How large each was.</param>
/// <param name="Shape">How it varied.</param>
/// <param name="Load"><c>idle</c> or <c>busy</c>.</param>
/// <param name="Runs">How many runs.</param>
/// <param name="Named">In how many of them every fault was named before anything else.</param>
/// <param name="SetNamed">The same, perhaps in a set with stages of other layers.</param>
/// <param name="LayerNamed">In how many the layers were named.</param>
/// <param name="SizeErrorMs">Median error of the size where it was named.</param>
/// <param name="Leakage">Median part of the fault that stages of other layers changed by.</param>
/// <param name="StageLeakage">The same of all other stages.</param>
/// <param name="Samples">Samples of the smallest side.</param>
public sealed record BlameCell(
    string Road, string[] Layers, double DelayMs, string Shape, string Load, int Runs, int Named, int SetNamed, int LayerNamed, double? SizeErrorMs, double? Leakage, double? StageLeakage, int Samples)
{
    /// <summary>The cells of runs with faults, in the order of their names.</summary>
    public static IReadOnlyList<BlameCell> Of(IEnumerable<BlameScore> faults) => [.. faults.GroupBy(Key).OrderBy(cell => cell.Key).Select(Of)];

    private static (string Road, string Layers, double Delay, string Shape, string Load) Key(BlameScore score)
    {
        var faults = score.Run.Plan.Faults;
        return (score.Run.Plan.Road, string.Join(" + ", faults.Select(fault => fault.Place)), faults[0].DelayMillis, faults[0].Shape, score.Run.Plan.Load);
    }

    private static BlameCell Of(IGrouping<(string Road, string Layers, double Delay, string Shape, string Load), BlameScore> cell) => new(
        cell.Key.Road, cell.Key.Layers.Split(" + "), cell.Key.Delay, cell.Key.Shape, cell.Key.Load, cell.Count(),
        cell.Count(score => score.Named), cell.Count(score => score.SetNamed), cell.Count(score => score.LayerNamed),
        BlameReport.Round(BlameReport.Median(cell.Select(score => score.SizeErrorMillis))), BlameReport.Round(BlameReport.Median(cell.Select(score => score.Leakage))),
        BlameReport.Round(BlameReport.Median(cell.Select(score => score.StageLeakage))),
        cell.Min(score => score.Samples));
}
