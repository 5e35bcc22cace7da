using Dapper;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Reports;

namespace RemoteChain.Gateway.Tests.Latency.Keeping;

public sealed class LatencyArchiveTests
{
    static readonly DateTimeOffset s_end = TypingSession.Start.AddDays(1);

    [Fact]
    public async Task Read_FewSamples_GivesAllOfThemInOrder()
    {
        await using var open = new OpenJournal();
        var samples = TypingSession.Samples(300);
        open.Journal.Add("s1", "site", samples);
        await open.Journal.FlushAsync(default);

        var kept = new LatencyArchive(open.Store).Read(["s1"], TypingSession.Start, s_end);

        Assert.False(kept.IsDrawn);
        Assert.Equal(samples.Select(sample => sample.Content()), kept.Samples.Select(sample => sample.Content()));
    }

    [Fact]
    public async Task Read_OnlyTheSpan_LeavesTheRestOut()
    {
        await using var open = new OpenJournal();
        var samples = TypingSession.Samples(300);
        open.Journal.Add("s1", "site", samples);
        open.Journal.Add("s2", "site", samples);
        await open.Journal.FlushAsync(default);

        var kept = new LatencyArchive(open.Store).Read(["s1"], samples[100].At, samples[199].At);

        Assert.Equal(samples[100..200].Select(sample => sample.InputId), kept.Samples.Select(sample => sample.InputId));
    }

    [Fact]
    public async Task Read_MoreThanAsked_DrawsFromQuietAndBusyMinutesAlike()
    {
        // 20 inputs in each of the first hundred minutes, 200 in each of the next: the busy minutes must have ten times as many.
        await using var open = new OpenJournal();
        for (var minute = 0; minute < 200; minute++)
            open.Journal.Add("s1", "site", TypingSession.Samples(minute < 100 ? 20 : 200, minute, TypingSession.Start.AddMinutes(minute), 100));
        await open.Journal.FlushAsync(default);

        var kept = new LatencyArchive(open.Store).Read(["s1"], TypingSession.Start, s_end, samplesMax: 2200);

        var quiet = kept.Samples.Count(sample => sample.At < TypingSession.Start.AddMinutes(100));
        Assert.True(kept.IsDrawn);
        Assert.InRange(kept.Samples.Length, 2100, 2300);
        Assert.InRange(quiet, 160, 240);
        Assert.Equal(22_000, kept.Counts.Samples);

        // What was not drawn is still counted, and the report says so.
        var report = LatencyReport.Of(new("site", null), new(TypingSession.Start, s_end), kept);
        Assert.InRange(report.Totals!.Count, 15_000, 20_000);
        Assert.Contains($"all {report.Totals.Count:N0} idle ones have a p50 of ", ReportFormat.Text.Write(report).ReplaceLineEndings(" "),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_DamagedRow_IsNamedAndTheOthersAreThere()
    {
        await using var open = new OpenJournal();
        foreach (var part in TypingSession.Samples(100, everyMillis: 10).Chunk(50))
        {
            open.Journal.Add("s1", "site", part);
            await open.Journal.FlushAsync(default);
        }
        open.Database.Write(connection => connection.Execute("update latency_batch set body = zeroblob(20) where id = 2"));

        var kept = new LatencyArchive(open.Store).Read(["s1"], TypingSession.Start, s_end);

        Assert.Equal(50, kept.Samples.Length);
        Assert.Equal("latency_batch row 2 (session s1, 2026-01-02 03:04 UTC) is damaged: its samples are left out.",
            Assert.Single(kept.Damaged));
    }
}
