using System.Text.Json;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Harness;
using RemoteChain.Surface;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>Samples as the node's API answers them: all that a verdict may know.</summary>
public static class RecordedSamples
{
    private const int SamplesMax = 50_000;

    /// <summary>Reads a span of a session's, which must have been decided and written down. Within a minute all of them are there; later, of each minute
    /// only those that were drawn.</summary>
    public static async Task<IReadOnlyList<Sample>> ReadAsync(NodeProcess node, string session, DateTimeOffset since, DateTimeOffset until)
    {
        using var answer = await node.GetAsync($"sessions/{session}/latency/samples?since={Moment(since)}&until={Moment(until)}&limit={SamplesMax}");
        return [.. answer.RootElement.EnumerateArray().Select(Read)];
    }

    private static string Moment(DateTimeOffset at) => Uri.EscapeDataString(at.ToString("O"));

    private static Sample Read(JsonElement sample) => new(
        ((ulong)sample.GetProperty("front").GetInt32() << 48) | (ulong)sample.GetProperty("input").GetInt64(), InputKind.Scancode,
        sample.GetProperty("load").GetString() == "busy" ? Load.Busy : Load.Idle,
        sample.GetProperty("origin").GetString() == "probe" ? SampleOrigin.Probe : SampleOrigin.Passive, sample.GetProperty("at").GetDateTimeOffset(),
        [.. sample.GetProperty("stages").EnumerateArray().Select(ReadStage)], sample.GetProperty("sharedPicture").GetInt32(),
        sample.GetProperty("unanswered").GetBoolean());

    private static StageTime ReadStage(JsonElement time)
    {
        if (!StageName.TryParse(time.GetProperty("stage").GetString()!, out var stage)) throw new FormatException($"an unknown stage: {time}");
        return new(new(time.GetProperty("layer").GetInt32(), time.GetProperty("layerName").GetString()!, stage), time.GetProperty("nanos").GetInt64(),
            time.GetProperty("lowNanos").GetInt64(), time.GetProperty("highNanos").GetInt64(),
            (Grade)"MDEPX".IndexOf(time.GetProperty("grade").GetString()![0], StringComparison.Ordinal));
    }
}
