using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>One stage of one interaction, put in its place.</summary>
/// <param name="Time">The stage.</param>
/// <param name="StartNanos">The stages before it, added up.</param>
readonly record struct WaterfallStep(StageTime Time, long StartNanos)
{
    /// <summary>Whether it is time in which nothing works on the interaction: it waits in a queue.</summary>
    public bool IsWaiting => Time.Key.Stage is Stage.InputQueue or Stage.PictureQueue;

    /// <summary>Whether its ends are not exactly known.</summary>
    public bool IsFuzzy => Time.Grade != Grade.Measured;
}

/// <summary>
/// The stages of one sample one after the other. Where each begins is put together from durations: both directions of a transport are
/// drawn as one bar where the interaction passes it first.
/// </summary>
static class Waterfall
{
    /// <summary>In path order.</summary>
    public static ImmutableArray<WaterfallStep> Of(Sample sample)
    {
        var steps = ImmutableArray.CreateBuilder<WaterfallStep>(sample.Times.Length);
        long start = 0;
        foreach (var time in sample.Times)
        {
            steps.Add(new(time, start));
            start += Math.Max(0, time.Nanos);
        }
        return steps.MoveToImmutable();
    }
}
