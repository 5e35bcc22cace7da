using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Live;

/// <summary>
/// Sends latency to a collector by OTLP over HTTP (protobuf): a histogram of every stage, and traces of some inputs, the slowest of each
/// second. Where a span begins inside its trace is synthetic; its attributes say how long it was and how long after its parent it is drawn.
/// </summary>
public sealed class LatencyExport : IDisposable
{
    /// <summary>Traces of one session that are sent a second; the slowest inputs are taken.</summary>
    public const int TracesMax = 2;

    const string Name = "RemoteChain.Latency";
    const int SeriesMax = 2_000;

    readonly ActivitySource _source = new(Name);
    readonly Meter _meter = new(Name);
    readonly Histogram<double> _stages;
    readonly Counter<long> _inputs;
    readonly TracerProvider _traces;
    readonly MeterProvider _metrics;
    readonly IDisposable _watching;

    /// <summary>Begins to send.</summary>
    /// <param name="journal">Where samples come from.</param>
    /// <param name="endpoint">The collector's address, such as <c>http://127.0.0.1:4318</c>; <c>/v1/traces</c> and <c>/v1/metrics</c> are
    /// added.</param>
    /// <param name="version">The node's version.</param>
    public LatencyExport(LatencyJournal journal, Uri endpoint, string version)
    {
        var resource = ResourceBuilder.CreateEmpty().AddService("remotechain", serviceVersion: version);
        _stages = _meter.CreateHistogram<double>("remotechain.latency.stage", "s", "Time of one interaction in a stage of a layer");
        _inputs = _meter.CreateCounter<long>("remotechain.latency.inputs", "{input}", "Inputs that a picture was expected for");
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Name).SetSampler(new AlwaysOnSampler())
            .AddOtlpExporter(otlp => Address(otlp, endpoint, "v1/traces")).Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Name)
            .AddView(_stages.Name, new Base2ExponentialBucketHistogramConfiguration { CardinalityLimit = SeriesMax })
            .AddOtlpExporter(otlp => Address(otlp, endpoint, "v1/metrics")).Build();
        _watching = journal.Watch(Send);
    }

    /// <summary>Sends what waits. False when the collector did not take it in time.</summary>
    /// <param name="timeoutMillis">How long to wait for the collector.</param>
    public bool Flush(int timeoutMillis) => _traces.ForceFlush(timeoutMillis) & _metrics.ForceFlush(timeoutMillis);

    /// <inheritdoc/>
    public void Dispose()
    {
        _watching.Dispose();
        _traces.Dispose();
        _metrics.Dispose();
        _source.Dispose();
        _meter.Dispose();
    }

    static void Address(OtlpExporterOptions otlp, Uri endpoint, string path)
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new(new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/"), path);
    }

    void Send(JournalEntry entry)
    {
        if (entry.Counts.Matched > 0) _inputs.Add(entry.Counts.Matched, new("chain", entry.Chain), new("outcome", "matched"));
        if (entry.Counts.Unmatched > 0) _inputs.Add(entry.Counts.Unmatched, new("chain", entry.Chain), new("outcome", "unmatched"));
        var answered = entry.Samples.Where(sample => !sample.Censored).ToList();
        foreach (var sample in answered.Where(sample => sample.Origin == SampleOrigin.Passive))
            foreach (var time in sample.Times)
                _stages.Record(time.Nanos / 1e9, new TagList
                {
                    { "chain", entry.Chain }, { "layer", time.Key.LayerName }, { "stage", time.Key.Stage.Name() }, { "load", sample.Load.Word() },
                });
        foreach (var sample in answered.OrderByDescending(sample => sample.TotalNanos).Take(TracesMax)) Trace(entry, sample);
    }

    void Trace(JournalEntry entry, Sample sample)
    {
        // The journal's thread has no activity of its own; a trace begins here.
        Activity.Current = null;
        using var root = _source.StartActivity("interaction", ActivityKind.Server, default(ActivityContext), [
            new("remotechain.chain", entry.Chain), new("remotechain.session", entry.Session), new("remotechain.load", sample.Load.Word()),
            new("remotechain.input", sample.Kind.ToString().ToLowerInvariant()),
            new("remotechain.probe", sample.Origin == SampleOrigin.Probe), new("remotechain.duration_ns", sample.TotalNanos),
            new("remotechain.times", "begins are synthetic")], startTime: sample.At);
        if (root is null) return;
        long after = 0;
        foreach (var time in sample.Times)
        {
            using var stage = _source.StartActivity(time.Key.ToString(), ActivityKind.Internal, root.Context, [
                new("remotechain.layer", time.Key.Layer), new("remotechain.grade", time.Grade.Letter().ToString()),
                new("remotechain.after_parent_ns", after), new("remotechain.duration_ns", time.Nanos),
                new("remotechain.low_ns", time.LowNanos), new("remotechain.high_ns", time.HighNanos)],
                startTime: sample.At.AddTicks(after / 100));
            after += Math.Max(0, time.Nanos);
            stage?.SetEndTime(sample.At.AddTicks(after / 100).UtcDateTime);
        }
        root.SetEndTime(sample.At.AddTicks(after / 100).UtcDateTime);
    }

}
