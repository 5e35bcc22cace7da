using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Live;

/// <summary>One stage of one second.</summary>
/// <param name="Layer">0 = the user, 1 = the gateway, and so on.</param>
/// <param name="LayerName">What people call the layer.</param>
/// <param name="Stage">Its name.</param>
/// <param name="Grade">The worst grade of its values: M, D, E, P or X.</param>
/// <param name="MeanNanos">Mean over the samples of that second that measured it.</param>
/// <param name="MaxNanos">Its longest.</param>
public sealed record LiveStage(int Layer, string LayerName, string Stage, string Grade, double MeanNanos, long MaxNanos);

/// <summary>What one session recorded within about a second. A second without inputs has no figures: an old value is never repeated.</summary>
/// <param name="Session">Whose.</param>
/// <param name="At">End of that second.</param>
/// <param name="Samples">Samples of it that were answered.</param>
/// <param name="Busy">Of them, taken while the picture was busy.</param>
/// <param name="MeanNanos">Mean total; null without samples.</param>
/// <param name="MaxNanos">Longest total; null without samples.</param>
/// <param name="Expected">Inputs whose fate was decided in that second.</param>
/// <param name="Matched">Of them, matched with their picture.</param>
/// <param name="Stages">In path order; they add up to <paramref name="MeanNanos"/> when all samples measured them all.</param>
public sealed record LiveStrip(string Session, DateTimeOffset At, int Samples, int Busy, double? MeanNanos, long? MaxNanos, long Expected,
    long Matched, IReadOnlyList<LiveStage> Stages)
{
    /// <summary>Puts together what was recorded.</summary>
    public static LiveStrip Of(string session, DateTimeOffset at, IReadOnlyList<JournalEntry> entries)
    {
        var samples = entries.SelectMany(entry => entry.Samples).Where(sample => !sample.Censored).ToList();
        var counts = entries.Aggregate(default(LatencyCounts), (sum, entry) => sum + entry.Counts);
        return new(session, at, samples.Count, samples.Count(sample => sample.Load == Load.Busy),
            samples.Count == 0 ? null : samples.Average(sample => (double)sample.TotalNanos),
            samples.Count == 0 ? null : samples.Max(sample => sample.TotalNanos), counts.Expected, counts.Matched,
            [.. samples.SelectMany(sample => sample.Times).GroupBy(time => time.Key).Select(stage => new LiveStage(stage.Key.Layer,
                stage.Key.LayerName, stage.Key.Stage.Name(), stage.Max(time => time.Grade).Letter().ToString(),
                stage.Average(time => (double)time.Nanos), stage.Max(time => time.Nanos)))]);
    }
}
