using System.Globalization;
using System.Text;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Live;

/// <summary>Latency since the node started, in the Prometheus text format (version 0.0.4): a histogram for each chain, layer, stage and
/// load. Bounded: chains for which there is no room any more are counted together as <see cref="OtherChains"/>.</summary>
public sealed class LatencyMetrics : IDisposable
{
    /// <summary>Chains that are counted one by one.</summary>
    public const int ChainsMax = 500;

    /// <summary>Histograms that are kept.</summary>
    public const int SeriesMax = 2_000;

    /// <summary>The chain of all chains for which there was no room.</summary>
    public const string OtherChains = "_other";

    // Upper bounds in seconds: from what the gateway itself takes to what nobody waits for.
    static readonly double[] s_bounds = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

    readonly Lock _lock = new();
    readonly Dictionary<Series, Histogram> _histograms = [];
    readonly Dictionary<string, LatencyCounts> _counts = [];
    readonly LatencyJournal _journal;
    readonly LatencyStore _store;
    readonly IDisposable _watching;

    /// <summary>Begins to count.</summary>
    public LatencyMetrics(LatencyJournal journal, LatencyStore store)
    {
        (_journal, _store) = (journal, store);
        _watching = journal.Watch(Count);
    }

    readonly record struct Series(string Chain, int Layer, string LayerName, string Stage, Load Load);

    sealed class Histogram
    {
        public readonly long[] Buckets = new long[s_bounds.Length + 1];
        public long Count;
        public double SumSeconds;
    }

    /// <summary>Everything that was counted.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            Head(text, "remotechain_latency_stage_seconds", "histogram",
                "Time that one interaction spent in a stage of a layer. Stages of one interaction add up, quantiles of them do not.");
            foreach (var (series, histogram) in _histograms.OrderBy(entry => entry.Key.Chain, StringComparer.Ordinal)
                .ThenBy(entry => entry.Key.Layer))
                Write(text, series, histogram);
            Head(text, "remotechain_latency_inputs_total", "counter", "Inputs that a picture was expected for, by whether it was found.");
            foreach (var (chain, counts) in _counts.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                Line(text, $"remotechain_latency_inputs_total{{chain=\"{Label(chain)}\",outcome=\"matched\"}}", counts.Matched);
                Line(text, $"remotechain_latency_inputs_total{{chain=\"{Label(chain)}\",outcome=\"unmatched\"}}", counts.Unmatched);
            }
        }
        Head(text, "remotechain_latency_samples_dropped_total", "counter", "Samples that were lost because the disk was slow.");
        Line(text, "remotechain_latency_samples_dropped_total", _journal.Dropped);
        Head(text, "remotechain_latency_store_bytes", "gauge", "What kept samples take in the database.");
        Line(text, "remotechain_latency_store_bytes", _store.BytesKept);
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _watching.Dispose();

    void Count(JournalEntry entry)
    {
        lock (_lock)
        {
            var chain = _counts.ContainsKey(entry.Chain) || _counts.Count < ChainsMax ? entry.Chain : OtherChains;
            _counts[chain] = _counts.GetValueOrDefault(chain) + entry.Counts;
            foreach (var sample in entry.Samples)
            {
                // Probes are not what users wait for, and what was not answered has no length.
                if (sample.Censored || sample.Origin == SampleOrigin.Probe) continue;
                foreach (var time in sample.Times)
                    Observe(new(chain, time.Key.Layer, time.Key.LayerName, time.Key.Stage.Name(), sample.Load), time.Nanos);
                Observe(new(chain, -1, "all", "total", sample.Load), sample.TotalNanos);
            }
        }
    }

    void Observe(Series series, long nanos)
    {
        if (!_histograms.TryGetValue(series, out var histogram))
        {
            // Without a chain and a layer only stages are left, which are a closed set: the bound is passed by a few dozen at most.
            if (_histograms.Count >= SeriesMax) series = new(OtherChains, 0, OtherChains, series.Stage, series.Load);
            if (!_histograms.TryGetValue(series, out histogram)) _histograms[series] = histogram = new();
        }
        var seconds = nanos / 1e9;
        var bucket = Array.FindIndex(s_bounds, bound => seconds <= bound);
        histogram.Buckets[bucket < 0 ? s_bounds.Length : bucket]++;
        histogram.Count++;
        histogram.SumSeconds += seconds;
    }

    static void Write(StringBuilder text, Series series, Histogram histogram)
    {
        var labels = $"chain=\"{Label(series.Chain)}\",layer=\"{Label(series.LayerName)}\",layer_number=\"{series.Layer}\","
            + $"stage=\"{series.Stage}\",load=\"{series.Load.Word()}\"";
        long below = 0;
        for (var i = 0; i < s_bounds.Length; i++)
        {
            below += histogram.Buckets[i];
            Line(text, $"remotechain_latency_stage_seconds_bucket{{{labels},le=\"{s_bounds[i].ToString(CultureInfo.InvariantCulture)}\"}}",
                below);
        }
        Line(text, $"remotechain_latency_stage_seconds_bucket{{{labels},le=\"+Inf\"}}", histogram.Count);
        Line(text, $"remotechain_latency_stage_seconds_sum{{{labels}}}", histogram.SumSeconds);
        Line(text, $"remotechain_latency_stage_seconds_count{{{labels}}}", histogram.Count);
    }

    static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    static void Line(StringBuilder text, string series, double value) =>
        text.Append(series).Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');

    static string Label(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
