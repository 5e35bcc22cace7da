using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>
/// What would be saved if stages took no time, sample by sample. A host that paints in step with a frame clock swallows what reaches it
/// earlier. An input that arrives earlier by s is answered ⌊(w + s)/T⌋ ticks of period T sooner, where w is the time from its arrival to the tick
/// that answered it. w is not known: the figure takes it as evenly spread, the interval covers every w.
/// </summary>
internal sealed class Retiming(SampleTable table, Load load, double? framePeriodNanos)
{
    private const int Seed = 0x71CC;

    private readonly int _lastHost = LastHost(table.Keys);

    /// <summary>Imagines stages away.</summary>
    /// <param name="kind">What this is called.</param>
    /// <param name="parts">And its parts.</param>
    /// <param name="stages">Which stages go.</param>
    /// <param name="marginNanos">Sampling error of what they hold, which widens the interval.</param>
    public WhatIf Without(WhatIfKind kind, ImmutableArray<Part> parts, IReadOnlyCollection<int> stages, double marginNanos)
    {
        var rule = load == Load.Idle || !stages.Any(stage => IsBeforeClock(stage, stages)) ? PacingRule.NotBeforeAFrameClock
            : framePeriodNanos is null ? PacingRule.PaceUnknown : PacingRule.InSteps;
        int count = table.Count;
        double[] now = new double[count], low = new double[count], likely = new double[count], high = new double[count];
        var random = new Random(Seed);
        for (int row = 0; row < count; row++)
        {
            double total = table.Total.Nanos[row], before = 0, eitherWay = 0, after = 0;
            foreach (int stage in stages)
            {
                double nanos = table.Stages[stage].Nanos[row];
                nanos = double.IsNaN(nanos) ? 0 : nanos;
                bool isBefore = rule != PacingRule.NotBeforeAFrameClock && IsBeforeClock(stage, stages);
                before += isBefore && !IsEitherWay(stage) ? nanos : 0;
                eitherWay += isBefore && IsEitherWay(stage) ? nanos : 0;
                after += isBefore ? 0 : nanos;
            }

            now[row] = total;
            var (least, middle, most) = rule == PacingRule.InSteps
                ? InSteps(before, eitherWay, Host(row), framePeriodNanos!.Value, random.NextDouble())
                : (rule == PacingRule.PaceUnknown ? 0 : before + eitherWay, before + eitherWay, before + eitherWay);
            (low[row], likely[row], high[row]) = (total - after - least, total - after - middle, total - after - most);
        }

        foreach (double[] values in new[] { now, low, likely, high })
        {
            Array.Sort(values);
        }

        return new(kind, parts, Saved(now, low, likely, high, 0.5, marginNanos),
            count < OrderStatistics.P95CountMin ? null : Saved(now, low, likely, high, 0.95, marginNanos), rule,
            rule == PacingRule.InSteps ? framePeriodNanos : null);
    }

    private static (double Least, double Middle, double Most) InSteps(
        double before, double eitherWay, double hostNanos, double period, double phase)
    {
        // A wait cannot become shorter than nothing: whatever a step adds was waited for at the host.
        double most = before + eitherWay + Math.Min(period, hostNanos);
        double least = Math.Floor(before / period) * period + Math.Min(eitherWay, Math.Floor(eitherWay / period) * period);
        double steps = Math.Floor((phase * Math.Min(period, hostNanos) + before + eitherWay / 2) / period) * period;
        double nextStep = Math.Ceiling((before + eitherWay) / period) * period;
        return (least, Math.Min(most, eitherWay / 2 + steps), Math.Min(most, nextStep));
    }

    private static Figure Saved(double[] now, double[] low, double[] likely, double[] high, double quantile, double marginNanos)
    {
        int rank = Math.Clamp((int)Math.Ceiling(quantile * now.Length) - 1, 0, now.Length - 1);
        double saved = now[rank] - likely[rank];
        return new(saved, Math.Max(0, Math.Min(saved, now[rank] - low[rank]) - marginNanos), Math.Max(saved, now[rank] - high[rank]) + marginNanos);
    }

    private static int LastHost(ImmutableArray<StageKey> keys)
    {
        int last = -1;
        for (int stage = 0; stage < keys.Length; stage++)
        {
            last = keys[stage].Stage == Stage.Host ? stage : last;
        }

        return last;
    }

    // The clock of a host that is itself removed does not run.
    private bool IsBeforeClock(int stage, IReadOnlyCollection<int> removed) => stage < _lastHost && !removed.Contains(_lastHost)
        && table.Keys[stage].Stage is (Stage.Transport or Stage.Inside or Stage.Receive or Stage.InputQueue or Stage.Forward or Stage.Host);

    // Both directions together: some of it is behind the clock.
    private bool IsEitherWay(int stage) => table.Keys[stage].Stage is Stage.Transport or Stage.Inside;

    private double Host(int row)
    {
        double nanos = table.Stages[_lastHost].Nanos[row];
        return double.IsNaN(nanos) ? 0 : nanos;
    }
}
