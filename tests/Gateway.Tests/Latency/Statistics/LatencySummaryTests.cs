using System.Diagnostics;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Statistics;

public sealed class LatencySummaryTests
{
    private static readonly StageKey s_way = new(2, "rdp desk-1", Stage.Transport), s_host = new(2, "rdp desk-1", Stage.Host);
    private static readonly StageKey s_forward = new(1, "gateway", Stage.Forward), s_decode = new(1, "gateway", Stage.Decode);
    private static readonly DateTimeOffset s_start = new(2026, 1, 5, 14, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(150)]
    [InlineData(1500)]
    public void Of_AnySamples_StagesAddUpToTheTotalAtTheMedianAndInTheTail(int count)
    {
        var group = LatencySummary.Of(new SimulatedChain(1).Take(count, new Fault(8, 20, FaultShape.Intermittent))).Groups.Single();
        Assert.Equal(group.MedianBandNanos, group.Stages.Sum(stage => stage.Median.Nanos), 1e-3);
        Assert.Equal(group.MedianBandNanos, group.Layers.Sum(layer => layer.Median.Nanos), 1e-3);
        Assert.Equal(group.SlowMeanNanos!.Value, group.Stages.Sum(stage => stage.Slow!.Value.Nanos), 1e-3);
        Assert.Equal(group.SlowMeanNanos.Value - group.MedianBandNanos, group.Layers.Sum(layer => layer.Excess!.Value.Nanos), 1e-3);
        Assert.Equal(1, group.Stages.Sum(stage => stage.MedianShare.Value), 9);
        Assert.Equal(1, group.Stages.Sum(stage => stage.SlowShare!.Value.Value), 9);
        Assert.Equal(1, group.Stages.Sum(stage => stage.ExcessShare!.Value.Value), 9);
        Assert.Equal(count >= 1000 ? 0.99 : 0.95, group.SlowQuantile);
        Assert.Equal(count >= 1000, group.P99 is not null);
    }

    [Fact]
    public void Of_StageMissingInSomeSamples_IsNeverTakenForZero()
    {
        var samples = Enumerable.Range(0, 200).Select(i => i % 2 == 0
            ? Sample(i, (s_forward, 1), (s_host, 30)) : Sample(i, (s_forward, 1), (s_decode, 4), (s_host, 30))).ToList();
        var group = LatencySummary.Of(samples).Groups.Single();
        Assert.Equal(["gateway/forward", "gateway/decode", "rdp desk-1/host"], group.Stages.Select(stage => stage.Part.ToString()));
        Assert.Equal((100, 4e6), (group.Stages[1].Count, group.Stages[1].Floor.Nanos));
        Assert.Equal(group.MedianBandNanos, group.Stages.Sum(stage => stage.Median.Nanos), 1e-3);
    }

    // The middle of a way's echoes does not feel what one in ten feels: all of it is left over, and yet it is not what is left that is slow.
    [Theory]
    [InlineData(0, "user/transport")]
    [InlineData(1, "user/present")]
    [InlineData(5, "vpn site/transport")]
    [InlineData(SimulatedChain.Host, "rdp desk-1/host")]
    public void Of_RareFault_AccusesTheWayWhoseEchoesAreRarelyLateAsWell(int stage, string expected)
    {
        int right = 0, wrong = 0, runs = 20;
        for (int run = 0; run < runs; run++)
        {
            var culprit = LatencySummary.Of(new EchoedChain(run).Take(600, stage, 40)).Groups.MaxBy(group => group.Count)!.Culprit!;
            right += culprit.ToString() == expected ? 1 : 0;
            wrong += culprit.Parts.Contains(Part.Of(SimulatedChain.Keys[stage])) ? 0 : 1;
        }

        Assert.True(right >= runs * 7 / 10 && wrong <= runs / 20, $"{right} of {runs} right, {wrong} wrong");
    }

    // Echoes are late by half a millisecond on any busy machine: of so little they bear no witness.
    [Theory]
    [InlineData(1.5, "vpn site/transport, rdp desk-1/transport, rdp desk-1/host")]
    [InlineData(40, "vpn site/transport")]
    public void Of_RareFaultOfAWay_AccusesItAloneOnlyWhenItIsMoreThanAMachinesOwnNoise(double millis, string expected)
    {
        var samples = new EchoedChain(3).Take(600, 5, millis).ConvertAll(sample => sample with
        {
            Times = [.. sample.Times.Select((time, stage) => stage is 5 or 6 or SimulatedChain.Host ? time : time with { Nanos = 0, LowNanos = 0, HighNanos = 0 })],
        });

        Assert.Equal(expected, string.Join(", ", LatencySummary.Of(samples).Groups.MaxBy(group => group.Count)!.Culprit!.Parts));
    }

    [Fact]
    public void Of_IntermittentStage_IsTheCulprit()
    {
        var summary = LatencySummary.Of(new SimulatedChain(2).Take(900, new Fault(8, 80, FaultShape.Intermittent)));
        var culprit = summary.Groups.Single().Culprit!;
        Assert.Equal("gateway/decode", culprit.ToString());
        Assert.InRange(culprit.Share.Value, 0.5, 1.1);
        Assert.True(culprit.Nanos.LowNanos < culprit.Nanos.Nanos && culprit.Nanos.Nanos < culprit.Nanos.HighNanos);
        Assert.Contains("gateway/decode holds", summary.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PooledHost_AccusesTheSet()
    {
        var samples = new SimulatedChain(3).Take(400).Select(sample => sample with
        {
            Times = [.. sample.Times.Where(time => time.Key.Stage != Stage.Host && time.Key.Layer != 3), Pooled(sample)],
        }).ToList();
        var group = LatencySummary.Of(samples).Groups.Single();
        Assert.Equal("rdp desk-1/transport + rdp desk-1/host", group.Largest!.ToString());
        Assert.Equal(Grade.Pooled, group.Stages.Single(stage => stage.Part.Stage == Stage.Host).Grade);
    }

    [Fact]
    public void Of_LoadsAndKinds_AreNeverMixed()
    {
        var chain = new SimulatedChain(4);
        var idle = chain.Take(60).ConvertAll(sample => sample with { Load = Load.Idle });
        var mouse = chain.Take(70).ConvertAll(sample => sample with { Kind = InputKind.Mouse });
        var summary = LatencySummary.Of([.. idle, .. mouse, .. chain.Take(30)], new AnsweredInputs(200, 160, 10));
        Assert.Equal(
            [
                (Load.Busy, (InputKind?)null, 100), (Load.Busy, InputKind.Mouse, 70), (Load.Idle, InputKind.Scancode, 60),
                (Load.Busy, InputKind.Scancode, 30),
            ],
            summary.Groups.Select(group => (group.Load, group.Kind, group.Count)));
        Assert.Equal(0.8, summary.Matches!.Rate);
    }

    [Fact]
    public void Of_LevelThatRoseAndFell_HasBothMomentsAndSizes()
    {
        var chain = new SimulatedChain(5);
        var samples = chain.Take(400);
        samples.AddRange(chain.Take(400, new Fault(8, 4)));
        samples.AddRange(chain.Take(400));
        var points = LatencySummary.Of(samples).Groups.Single().ChangePoints.Where(point => point.Part?.Stage == Stage.Decode).ToList();
        Assert.Equal(2, points.Count);
        Assert.InRange(points[0].Change.Nanos, 3.5e6, 4.5e6);
        Assert.InRange(points[1].Change.Nanos, -4.5e6, -3.5e6);
        Assert.InRange(points[0].At, samples[395].At, samples[405].At);
        Assert.InRange(points[1].At, samples[795].At, samples[805].At);
    }

    [Fact]
    public void Of_NothingChanged_HasHardlyAnyChangePoint()
    {
        int found = Enumerable.Range(0, 10).Sum(seed =>
            LatencySummary.Of(new SimulatedChain(seed).Take(600)).Groups.Single().ChangePoints.Length);
        Assert.True(found <= 1, $"{found}");
    }

    [Fact]
    public void Of_UnansweredInputs_MakeTheTailALowerBound()
    {
        var samples = new SimulatedChain(6).Take(300).Select((sample, index) => index % 10 == 0
            ? sample with { Censored = true, Times = [StageTime.Measured(s_host, 2_000_000_000)] } : sample).ToList();
        var group = LatencySummary.Of(samples).Groups.Single();
        Assert.Equal(30, group.Censored);
        Assert.True(group.P95!.Value is { IsLowerBound: true, Nanos: 2e9 });
        Assert.False(group.P50.IsLowerBound);
        Assert.Contains("at least 2000 at p95, 30 unanswered", LatencySummary.Of(samples).Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Load.Idle, 40, 10, 10, PacingRule.NotBeforeAFrameClock)]
    [InlineData(Load.Busy, 40, 0, 40, PacingRule.InSteps)]
    [InlineData(Load.Busy, null, 0, 10, PacingRule.PaceUnknown)]
    public void Of_SavingBeforeAFrameClock_IsRealisedInSteps(Load load, int? periodMillis, double lowMillis, double highMillis, PacingRule rule)
    {
        var samples = Enumerable.Range(0, 300)
            .Select(i => Sample(i, (s_forward, 10), (s_host, 41 + i % 3), (s_decode, 5)) with { Load = load }).ToList();
        var whatIfs = LatencySummary.Of(samples, framePeriodNanos: periodMillis * 1e6).Groups.Single().WhatIfs;
        var forward = whatIfs.Single(whatIf => whatIf.Kind == WhatIfKind.StageRemoved && whatIf.Parts[0].Stage == Stage.Forward);
        Assert.Equal(rule, forward.Rule);
        Assert.Equal(periodMillis is null || load == Load.Idle ? null : periodMillis * 1e6, forward.FramePeriodNanos);
        Assert.InRange(forward.P50Saved.LowNanos, lowMillis * 1e6 - 1e5, lowMillis * 1e6 + 1e5);
        Assert.InRange(forward.P50Saved.HighNanos, highMillis * 1e6 - 1e5, highMillis * 1e6 + 1e5);

        // What comes after the clock, and the host itself with its clock, is saved as it stands.
        var decode = whatIfs.Single(whatIf => whatIf.Kind == WhatIfKind.StageRemoved && whatIf.Parts[0].Stage == Stage.Decode);
        Assert.Equal((PacingRule.NotBeforeAFrameClock, 5e6), (decode.Rule, decode.P50Saved.Nanos));
        var through = whatIfs.Single(whatIf => whatIf.Kind == WhatIfKind.PassThrough);
        Assert.Equal(5e6, through.P50Saved.Nanos);
        Assert.Equal(42e6, whatIfs.Single(whatIf => whatIf.Kind == WhatIfKind.LayerRemoved && whatIf.Parts[0].Layer == 2).P50Saved.Nanos);
    }

    [Fact]
    public void Of_FiveThousandSamples_TakesAFractionOfASecond()
    {
        var samples = new SimulatedChain(7).Take(5000);
        var fastest = Enumerable.Range(0, 4).Min(_ =>
        {
            long started = Stopwatch.GetTimestamp();
            Assert.Equal(5000, LatencySummary.Of(samples).Groups.Single().Count);
            return Stopwatch.GetElapsedTime(started);
        });
        Assert.True(fastest < TimeSpan.FromSeconds(1.5), $"{fastest.TotalMilliseconds:0} ms"); // under 0.2 s alone on a machine
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(99)]
    public void Of_FewSamples_SaysLessAndInventsNothing(int count)
    {
        var summary = LatencySummary.Of(new SimulatedChain(8).Take(count));
        Assert.Equal(count, summary.Count);
        Assert.All(summary.Groups, group => Assert.True(group is { P95: null, P99: null, SlowQuantile: null, SlowMeanNanos: null, Culprit: null }));
        Assert.Equal(count == 0 ? "No data." : $"Typing (busy): too few to judge: {count} of 100.", summary.Verdict);
    }

    internal static Sample Sample(int second, params (StageKey Key, double Millis)[] times) => new(
        (ulong)second, InputKind.Scancode, Load.Busy, SampleOrigin.Passive, s_start.AddSeconds(second),
        [.. times.Select(time => StageTime.Measured(time.Key, (long)(time.Millis * 1e6)))]);

    private static StageTime Pooled(Sample sample)
    {
        long nanos = sample.Times.Where(time => time.Key.Layer == 3).Sum(time => time.Nanos);
        return new(SimulatedChain.Keys[SimulatedChain.Host], nanos, 0, nanos, Grade.Pooled);
    }
}
