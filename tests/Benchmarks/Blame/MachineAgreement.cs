using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>
/// Does what the report says of the layers above an emulated machine agree with the machine's own stamps? Key by key: what the client timed itself, less
/// the machine's stages, is what the layers above took; the report says what they took.
/// </summary>
public sealed class MachineAgreement
{
    private static readonly Stage[] s_stages = [Stage.Interrupt, Stage.Read, Stage.Draw, Stage.Refresh];

    private readonly List<(double TrueMillis, double ReportedMillis)> _calm = [], _disturbed = [];
    private readonly List<double?> _growthErrors = [];
    private int _notMeasured;

    /// <summary>Adds a run's keys. Runs without a machine have none.</summary>
    public void Add(MeasuredRun run, IReadOnlyList<Sample> before, IReadOnlyList<Sample> after)
    {
        if (run.Plan.Road != BlamePlace.Machine) return;
        Add(_calm, run.Baseline, before);
        Add(run.Plan.Faults.Length == 0 ? _calm : _disturbed, run.Faulty, after);
        double waited = run.Plan.Faults.Where(fault => fault.Place == BlamePlace.MachineApplication).Sum(fault => fault.DelayMillis);
        _growthErrors.Add(Math.Abs((BlameReport.Median(after.Select(Inside)) - BlameReport.Median(before.Select(Inside)) - waited) ?? double.NaN));
    }

    /// <summary>For the campaign's figures; null without keys. <c>machineErrorMs</c>: how far the growth of the machine's own stages is from what its program was
    /// told to wait, which is nothing in most runs, at most.</summary>
    public object? Figures() => _calm.Count == 0 ? null : new
    {
        calm = Of(_calm), disturbed = Of(_disturbed), machineErrorMs = BlameReport.Round(_growthErrors.Max()), notMeasured = _notMeasured,
    };

    private static object Of(List<(double TrueMillis, double ReportedMillis)> keys) => new
    {
        keys = keys.Count, aboveMs = BlameReport.Round(BlameReport.Median(keys.Select(key => (double?)key.TrueMillis))),
        reportedMs = BlameReport.Round(BlameReport.Median(keys.Select(key => (double?)key.ReportedMillis))),
        differenceMs = BlameReport.Round(BlameReport.Median(keys.Select(key => (double?)(key.TrueMillis - key.ReportedMillis)))),
        ms95 = keys.Count == 0 ? null : BlameReport.Round(keys.Select(key => Math.Abs(key.TrueMillis - key.ReportedMillis)).Order().ElementAt(keys.Count * 95 / 100)),
    };

    private void Add(List<(double TrueMillis, double ReportedMillis)> keys, MeasuredSide side, IReadOnlyList<Sample> samples)
    {
        foreach (var (total, sample) in UnexplainedRest.Pairs(side, samples))
        {
            var inside = sample.Times.Where(IsInside).ToList();
            if (inside.Count != s_stages.Length || inside.Any(stage => stage.Grade != Grade.Measured)) _notMeasured++;
            else keys.Add(((total.Nanos - inside.Sum(stage => stage.Nanos)) / 1e6, sample.Times.Where(stage => !IsInside(stage)).Sum(stage => stage.Nanos) / 1e6));
        }
    }

    private static double? Inside(Sample sample) => sample.Times.Where(IsInside).Sum(stage => stage.Nanos) / 1e6;

    private static bool IsInside(StageTime time) => s_stages.Contains(time.Key.Stage);
}
