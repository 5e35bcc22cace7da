using System.Buffers;
using System.Text;
using System.Text.Json;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>
/// Samples as Chrome trace events (JSON object format), which Perfetto and chrome://tracing open: each sample is a slice, its layers are
/// slices in it, and the stages are slices in those. Only durations were measured; where a slice begins is put together from them.
/// </summary>
static class TraceReport
{
    const string Note = "Durations are recorded. Begin times inside a sample are synthetic: stages are put one after the other in path "
        + "order, and both directions of a transport are one slice.";

    /// <summary>Writes it.</summary>
    public static string Write(ReportSubject subject, IReadOnlyList<Sample> samples)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("displayTimeUnit", "ms");
            json.WriteStartObject("otherData");
            json.WriteString("note", Note);
            json.WriteString("subject", Words.Printable(subject.ToString()));
            if (samples.Count > 0) json.WriteString("timeOrigin", samples[0].At.UtcDateTime);
            json.WriteEndObject();
            json.WriteStartArray("traceEvents");
            Name(json, "process_name", 0, $"{Words.Printable(subject.ToString())} (begin times inside a sample are synthetic)");
            var freeFrom = new List<double>();
            for (var i = 0; i < samples.Count; i++) Sample(json, samples[i], i + 1, samples[0].At, freeFrom);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // Inputs overlap when somebody types faster than the answers come: each gets a track on which it is alone.
    static void Sample(Utf8JsonWriter json, Sample sample, int number, DateTimeOffset origin, List<double> freeFrom)
    {
        var steps = Waterfall.Of(sample);
        var startMicros = (sample.At - origin).TotalMicroseconds;
        var nanos = steps.IsEmpty ? 0 : steps[^1].StartNanos + Math.Max(0, steps[^1].Time.Nanos);
        var track = freeFrom.FindIndex(free => free <= startMicros);
        if (track < 0)
        {
            track = freeFrom.Count;
            freeFrom.Add(0);
            Name(json, "thread_name", track + 1, $"inputs {track + 1}");
        }
        freeFrom[track] = startMicros + nanos / 1e3;

        Slice(json, $"{Words.Kind(sample.Kind)} {Words.Millis(sample.TotalNanos)} ms", track, startMicros, nanos, () =>
        {
            json.WriteNumber("sample", number);
            json.WriteString("load", sample.Load.Word());
            json.WriteString("origin", sample.Origin == SampleOrigin.Probe ? "probe" : "user");
            if (sample.SharedPicture > 1) json.WriteNumber("sharedPicture", sample.SharedPicture);
            if (sample.Censored) json.WriteBoolean("unanswered", true);
        });
        for (var i = 0; i < steps.Length;)
        {
            var end = i;
            while (end < steps.Length && steps[end].Time.Key.Layer == steps[i].Time.Key.Layer) end++;
            var length = steps[end - 1].StartNanos + Math.Max(0, steps[end - 1].Time.Nanos) - steps[i].StartNanos;
            Slice(json, Words.Printable(steps[i].Time.Key.LayerName), track, startMicros + steps[i].StartNanos / 1e3, length, () => { });
            for (; i < end; i++) Stage(json, steps[i], track, startMicros);
        }
    }

    static void Stage(Utf8JsonWriter json, WaterfallStep step, int track, double startMicros) => Slice(
        json, step.Time.Key.Stage.Name(), track, startMicros + step.StartNanos / 1e3, Math.Max(0, step.Time.Nanos), () =>
        {
            json.WriteString("grade", step.Time.Grade.Letter().ToString());
            json.WriteNumber("durationNanos", step.Time.Nanos);
            json.WriteNumber("lowNanos", step.Time.LowNanos);
            json.WriteNumber("highNanos", step.Time.HighNanos);
        });

    static void Slice(Utf8JsonWriter json, string name, int track, double startMicros, long nanos, Action arguments)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("cat", "latency,synthetic-begin");
        json.WriteString("ph", "X");
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", track + 1);
        json.WriteNumber("ts", Math.Round(startMicros, 3));
        json.WriteNumber("dur", Math.Round(nanos / 1e3, 3));
        json.WriteStartObject("args");
        arguments();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Name(Utf8JsonWriter json, string what, int track, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", what);
        json.WriteString("ph", "M");
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", track);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
