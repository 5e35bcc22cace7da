using System.Text.Json;
using System.Text.Json.Serialization;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>A report as it is answered by the API. All durations are in nanoseconds; a figure that was not measured is null, never 0.</summary>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Session">The session; null for all of the chain that the reader may see.</param>
/// <param name="Since">From when on.</param>
/// <param name="Until">Until when.</param>
/// <param name="Verdict">One sentence.</param>
/// <param name="Hint">What the host's time probably is; null when nothing is known of it.</param>
/// <param name="Confidence">One sentence.</param>
/// <param name="FromProbes">Whether the figures are of probes, because no user typed.</param>
/// <param name="IsDrawn">Whether the samples are a part of what was recorded.</param>
/// <param name="Counts">What was recorded, of all minutes that the span touches.</param>
/// <param name="Summary">The figures.</param>
/// <param name="Example">One real slow input.</param>
/// <param name="Damaged">Sentences about rows that could not be read.</param>
/// <param name="Notes">Sentences about layers that share a bar.</param>
public sealed record LatencyAnswer(string Chain, string? Session, DateTimeOffset Since, DateTimeOffset Until, string Verdict,
    string? Hint, string Confidence, bool FromProbes, bool IsDrawn, LatencyCounts Counts, LatencySummary Summary, SampleAnswer? Example,
    IReadOnlyList<string> Damaged, IReadOnlyList<string> Notes);

/// <summary>One interaction.</summary>
/// <param name="Input">The input's number, of its front.</param>
/// <param name="Front">The front it came from.</param>
/// <param name="Kind">What kind of input.</param>
/// <param name="Load">Idle or busy.</param>
/// <param name="Origin">User or probe.</param>
/// <param name="At">When it arrived at the gateway.</param>
/// <param name="TotalNanos">Sum of its stages.</param>
/// <param name="SharedPicture">How many inputs its picture answers.</param>
/// <param name="Unanswered">True when no answer came in time: its times are lower bounds.</param>
/// <param name="Stages">In path order; what was not measured is missing.</param>
public sealed record SampleAnswer(long Input, int Front, string Kind, Load Load, SampleOrigin Origin, DateTimeOffset At, long TotalNanos,
    int SharedPicture, bool Unanswered, IReadOnlyList<StageAnswer> Stages)
{
    /// <summary>A sample.</summary>
    public static SampleAnswer Of(Sample sample) => new((long)(sample.InputId & 0xffff_ffff_ffff), sample.FrontNumber,
        Words.Kind(sample.Kind), sample.Load, sample.Origin, sample.At, sample.TotalNanos, sample.SharedPicture, sample.Censored,
        [.. sample.Times.Select(time => new StageAnswer(time.Key.Layer, time.Key.LayerName, time.Key.Stage.Name(), time.Nanos,
            time.LowNanos, time.HighNanos, time.Grade.Letter().ToString()))]);
}

/// <summary>One stage of one interaction.</summary>
/// <param name="Layer">0 = the user, 1 = the gateway, and so on.</param>
/// <param name="LayerName">What people call the layer.</param>
/// <param name="Stage">Its name.</param>
/// <param name="Nanos">How long.</param>
/// <param name="LowNanos">Not shorter than this.</param>
/// <param name="HighNanos">Not longer than this.</param>
/// <param name="Grade">M, D, E, P or X.</param>
public sealed record StageAnswer(int Layer, string LayerName, string Stage, long Nanos, long LowNanos, long HighNanos, string Grade);

/// <summary>The JSON form of a report.</summary>
static class JsonReport
{
    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new FiniteNumbers() },
    };

    // JSON has no word for what is not a number; a reader takes null for not known, which it is.
    sealed class FiniteNumbers : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }

    static LatencyAnswer Answer(LatencyReport report) => new(report.Subject.Chain, report.Subject.Session, report.Span.Since,
        report.Span.Until, report.Summary.Verdict, report.Hint, ConfidenceSentence.Of(report), report.FromProbes, report.IsDrawn, report.Counts,
        report.Summary, report.Example is { } example ? SampleAnswer.Of(example) : null, report.Damaged, report.Notes);

    /// <summary>Writes it.</summary>
    public static string Write(LatencyReport report) => JsonSerializer.Serialize(Answer(report), s_json);
}
