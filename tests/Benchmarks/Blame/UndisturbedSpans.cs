using System.Diagnostics;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>
/// Every undisturbed span of a session compared with every other of that session, an hour apart or a minute: what chance, drift and what a fault leaves
/// behind can look like. An alarm may be raised once a minute, so 60 comparisons stand for an hour of a session. Each span takes part in many: they
/// are no independent draws.
/// </summary>
public sealed class UndisturbedSpans
{
    private const int Seed = 1;
    private const double ComparisonsAnHour = 60;

    private readonly Dictionary<string, List<IReadOnlyList<Sample>>> _spans = [];

    /// <summary>Comparisons.</summary>
    public int Comparisons { get; private set; }

    /// <summary>What they stand for.</summary>
    public double SessionHours => Comparisons / ComparisonsAnHour;

    /// <summary>In how many of them something was certain.</summary>
    public int Alarms { get; private set; }

    /// <summary>In how many something was likely at least.</summary>
    public int Suspects { get; private set; }

    /// <summary>What was said in alarms, for people.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Keeps what of a run was undisturbed.</summary>
    public void Add(MeasuredRun run)
    {
        foreach (var side in run.Plan.Kind == RunKind.Sham ? new[] { run.Baseline, run.Faulty } : [run.Baseline])
        {
            var samples = side.Of(run.Plan);
            if (samples.Count == 0) continue;
            string session = $"{run.Plan.Road} {run.Plan.Load} {string.Join('+', samples[0].Times.Select(time => time.Key.LayerName).Distinct())}";
            if (!_spans.TryGetValue(session, out var spans)) _spans.Add(session, spans = []);
            spans.Add(samples);
        }
    }

    /// <summary>Compares them, in random order for as long as there is time.</summary>
    public void Compare(TimeSpan patience)
    {
        var pairs = _spans.SelectMany(session => session.Value.SelectMany((before, index) =>
            session.Value.Skip(index + 1).Select(after => (Session: session.Key, Before: before, After: after)))).ToArray();
        new Random(Seed).Shuffle(pairs);
        long started = Stopwatch.GetTimestamp();
        var found = pairs.AsParallel().Where(_ => Stopwatch.GetElapsedTime(started) < patience)
            .Select(pair => (pair.Session, Comparison.Of(pair.Before, pair.After).Changes)).ToList();
        Comparisons = found.Count;
        Suspects = found.Count(pair => !pair.Changes.IsEmpty);
        var alarms = found.Where(pair => pair.Changes.Any(change => change.Certainty == Certainty.Certain)).ToList();
        Alarms = alarms.Count;
        Said.AddRange(alarms.Select(alarm => $"{alarm.Session}: {BlameScore.Words(alarm.Changes)}"));
    }
}
