using RemoteChain.Gateway.Latency.Live;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Tests.Latency.Live;

public sealed class LatencyMetricsTests
{
    [Fact]
    public async Task Write_AfterSamples_HasHistogramsThatCountThem()
    {
        await using var open = new OpenJournal();
        using var metrics = new LatencyMetrics(open.Journal, open.Store);
        var samples = TypingSession.Samples(200);
        open.Journal.Add("s1", "site", samples);
        open.Journal.AddMatches("s1", "site", expected: 220, matched: 200, unmatched: 20);
        await open.Journal.FlushAsync(default);

        var lines = metrics.Write().Split('\n');
        var counted = samples.Where(sample => sample is { Load: Load.Idle, Censored: false, Origin: SampleOrigin.Passive }).ToList();
        const string Host = "chain=\"site\",layer=\"rdp desk-1\",layer_number=\"2\",stage=\"host\",load=\"idle\"";
        Assert.Contains($"remotechain_latency_stage_seconds_count{{{Host}}} {counted.Count}", lines);
        Assert.Contains($"remotechain_latency_stage_seconds_bucket{{{Host},le=\"0.05\"}} "
            + counted.Count(sample => sample.NanosOf(new(2, "rdp desk-1", Stage.Host)) <= 50_000_000), lines);
        Assert.Contains("remotechain_latency_inputs_total{chain=\"site\",outcome=\"unmatched\"} 20", lines);
    }

    [Fact]
    public async Task Write_AfterVeryManyChains_StaysBounded()
    {
        await using var open = new OpenJournal();
        using var metrics = new LatencyMetrics(open.Journal, open.Store);
        var samples = TypingSession.Samples(3);
        for (var chain = 0; chain < 700; chain++) open.Journal.Add($"s{chain}", $"chain-{chain}", samples);
        await open.Journal.FlushAsync(default);

        var series = metrics.Write().Split('\n').Count(line => line.StartsWith("remotechain_latency_stage_seconds_count", StringComparison.Ordinal));
        Assert.InRange(series, LatencyMetrics.SeriesMax, LatencyMetrics.SeriesMax + 100);
        Assert.Contains($"chain=\"{LatencyMetrics.OtherChains}\"", metrics.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_NameWithQuotes_IsEscaped()
    {
        await using var open = new OpenJournal();
        using var metrics = new LatencyMetrics(open.Journal, open.Store);
        open.Journal.Add("s1", "site", TypingSession.Samples(3, host: "a\"} 1\nevil\\"));
        await open.Journal.FlushAsync(default);

        Assert.Contains("layer=\"a\\\"} 1\\nevil\\\\\"", metrics.Write(), StringComparison.Ordinal);
    }
}
