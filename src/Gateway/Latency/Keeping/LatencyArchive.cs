using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>What was found of a span of time.</summary>
/// <param name="Samples">By time; each recorded sample had about the same chance to be here, so that statistics may be made of them.</param>
/// <param name="Slowest">The slowest of each minute, slowest first; chosen for being slow, so only for looking at.</param>
/// <param name="Counts">What was recorded, of all minutes that the span touches.</param>
/// <param name="IsDrawn">False when <paramref name="Samples"/> is everything that was recorded.</param>
/// <param name="Damaged">Sentences that name the rows that could not be read.</param>
public sealed record KeptSamples(ImmutableArray<Sample> Samples, ImmutableArray<Sample> Slowest, LatencyCounts Counts, bool IsDrawn,
    ImmutableArray<string> Damaged)
{
    /// <summary>Every duration of users that was recorded, also of samples that are not kept, of all minutes that the span touches.</summary>
    public ImmutableDictionary<HistogramKey, LogHistogram> Histograms { get; init; } = MinuteHistograms.Empty;

    /// <summary>The totals of all answered inputs of users of one load; null when there are none.</summary>
    public LogHistogram? Totals(Load load)
    {
        var sum = new LogHistogram();
        foreach (var (key, histogram) in Histograms)
            if (key.Layer == HistogramKey.Whole && key.Load == load) sum.Merge(histogram);
        return sum.Count == 0 ? null : sum;
    }
}

/// <summary>Finds samples again.</summary>
public sealed class LatencyArchive(LatencyStore store)
{
    /// <summary>Samples that one report is made of; more would take long and say nothing new.</summary>
    public const int SamplesMax = 5_000;

    const int RowsReadMax = 4_096;
    const int SlowestMax = 50;
    const int DamagedMax = 20;
    const int UncountedMax = 10_000;

    /// <summary>Reads a span of some sessions' time.</summary>
    /// <param name="sessions">Whose.</param>
    /// <param name="since">From when on.</param>
    /// <param name="until">Until when.</param>
    /// <param name="samplesMax">About how many samples at most.</param>
    public KeptSamples Read(IReadOnlyList<string> sessions, DateTimeOffset since, DateTimeOffset until, int samplesMax = SamplesMax) =>
        store.Read(snapshot =>
        {
            var rows = sessions.SelectMany(session => snapshot.Rows(session, Minutes.Of(since), Minutes.Of(until))).ToArray();
            // The same question twice gives the same answer.
            var random = new Random(rows.Length);
            var counts = rows.Aggregate(default(LatencyCounts), (sum, row) => sum + row.Counts);
            var chosen = rows;
            if (rows.Length > RowsReadMax)
            {
                random.Shuffle(chosen);
                chosen = chosen[..RowsReadMax];
            }
            var recorded = chosen.Sum(row => row.Counts.Samples);
            return Draw(snapshot, chosen, counts, recorded <= samplesMax ? 1 : (double)samplesMax / recorded, random, since, until) switch
            {
                var kept when rows.Length > RowsReadMax => kept with { IsDrawn = true },
                var kept => kept,
            };
        });

    static KeptSamples Draw(LatencySnapshot snapshot, LatencyRow[] rows, LatencyCounts counts, double chance, Random random,
        DateTimeOffset since, DateTimeOffset until)
    {
        var samples = new List<Sample>();
        var slowest = new List<Sample>();
        var damaged = new List<string>();
        var drawn = chance < 1;
        var histograms = new Dictionary<HistogramKey, LogHistogram>();
        var uncounted = new List<Sample>();
        foreach (var row in rows)
        {
            if (!MinuteRecord.TryRead(snapshot.Whole(row), out var record))
            {
                if (damaged.Count < DamagedMax) damaged.Add($"{row.Place} is damaged: its samples are left out.");
                continue;
            }
            drawn |= !record.IsComplete;
            if (record.IsComplete) uncounted.AddRange(record.Drawn);
            else MinuteHistograms.Add(histograms, record.Counted);
            if (uncounted.Count > UncountedMax)
            {
                MinuteHistograms.Add(histograms, MinuteHistograms.Of(uncounted));
                uncounted.Clear();
            }
            samples.AddRange(Some(record, chance, random).Where(Fits));
            slowest.AddRange(record.Slowest.Where(Fits));
            if (slowest.Count > SlowestMax * 16) slowest = Slowest(slowest);
        }
        MinuteHistograms.Add(histograms, MinuteHistograms.Of(uncounted));
        return new([.. samples.OrderBy(sample => sample.At).ThenBy(sample => sample.InputId)], [.. Slowest(slowest)], counts, drawn,
            [.. damaged]) { Histograms = histograms.ToImmutableDictionary() };

        bool Fits(Sample sample) => sample.At >= since && sample.At <= until;
    }

    static List<Sample> Slowest(List<Sample> samples) =>
        [.. samples.OrderByDescending(sample => sample.TotalNanos).Take(SlowestMax)];

    // A minute of which only a part is kept gives as many as it would have given as a whole, as far as it can.
    static IEnumerable<Sample> Some(MinuteRecord record, double chance, Random random)
    {
        if (chance >= 1) return record.Drawn;
        var wanted = record.Recorded * chance;
        var count = (int)Math.Min(record.Drawn.Length, Math.Floor(wanted) + (random.NextDouble() < wanted - Math.Floor(wanted) ? 1 : 0));
        var shuffled = record.Drawn.ToArray();
        random.Shuffle(shuffled);
        return shuffled.Take(count);
    }
}
