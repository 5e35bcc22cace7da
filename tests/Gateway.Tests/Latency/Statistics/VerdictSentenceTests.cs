using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Statistics;

public sealed class VerdictSentenceTests
{
    private static readonly DateTimeOffset s_from = new(2026, 1, 5, 14, 0, 0, TimeSpan.Zero);
    private static readonly Part s_host = new(2, "rdp desk-1", Stage.Host), s_way = new(2, "rdp desk-1", Stage.Transport);

    private static readonly GroupSummary s_group = new(
        Load.Busy, InputKind.Scancode, 1200, 0, s_from, s_from.AddMinutes(20), default, new(182e6, 176e6, 188e6, false), new(300e6, 290e6, 310e6, false),
        new(410e6, 390e6, 450e6, false), 181e6, 0.99, 410e6, 450e6, [], [], null,
        new([s_host], new(160e6, 150e6, 170e6), new(0.61, 0.55, 0.66)),
        [new(s_from.AddMinutes(3), s_host, new(80e6, 70e6, 90e6), 60e6, 140e6, 1e-9)],
        [new(WhatIfKind.StageRemoved, [s_host], new(82e6, 70e6, 95e6), null, PacingRule.NotBeforeAFrameClock, null)]);

    [Fact]
    public void Of_Group_SaysHowLongWhoSinceWhenAndWhatItIsWorth() => Assert.Equal(
        "Typing (busy) takes 182 ms at p50 (±6), 410 at p99; rdp desk-1/host holds 61 % of the tail's excess since 14:03; "
            + "without it 70 to 95 ms less at p50.",
        VerdictSentence.Of(s_group));

    [Fact]
    public void Of_PooledCulprit_NamesTheSet() => Assert.Equal(
        "The mouse (idle) takes 182 ms at p50 (±6), 300 at p95; rdp desk-1/transport + rdp desk-1/host (cannot be told apart) hold 61 % of the tail's "
            + "excess since 14:03.",
        VerdictSentence.Of(s_group with
        {
            Load = Load.Idle, Kind = InputKind.Mouse, P99 = null, Culprit = s_group.Culprit! with { Parts = [s_way, s_host] },
        }));

    [Fact]
    public void Of_NoTailToSpeakOf_NamesTheLargestPart() => Assert.Equal(
        "An input (busy) takes 182 ms at p50 (±6), 410 at p99; rdp desk-1/host holds 61 % of it.",
        VerdictSentence.Of(s_group with { Kind = null, Culprit = null, Largest = s_group.Culprit, ChangePoints = [], WhatIfs = [] }));

    [Theory]
    [InlineData(ChangeShape.Constant, Certainty.Certain, 2.1, "rdp desk-1/host is 2.1 ms slower (±0.3).")]
    [InlineData(ChangeShape.Constant, Certainty.Likely, -2.1, "rdp desk-1/host is probably 2.1 ms faster (±0.3).")]
    [InlineData(ChangeShape.Intermittent, Certainty.Certain, 20, "rdp desk-1/host is 20 ms slower for some inputs, otherwise not (±0.3).")]
    [InlineData(ChangeShape.Jitter, Certainty.Certain, 5, "rdp desk-1/host is 5 ms slower on average, unevenly (±0.3).")]
    public void Of_Comparison_SaysWhatChangedAndHowSure(ChangeShape shape, Certainty certainty, double millis, string sentence)
    {
        var change = new Change([s_host], shape, new(millis * 1e6, millis * 1e6 - 3e5, millis * 1e6 + 3e5), certainty, 1e-3);
        Assert.Equal(sentence, VerdictSentence.Of(new Comparison(300, 300, 0, 0, null, [], [], [change], change)));
    }

    [Theory]
    [InlineData(0, 300, "No data.")]
    [InlineData(30, 300, "Too few to judge: 30 of 100 on one side.")]
    [InlineData(300, 300, "Nothing changed that chance does not explain.")]
    public void Of_ComparisonWithoutChange_SaysWhy(int before, int after, string sentence) =>
        Assert.Equal(sentence, VerdictSentence.Of(new Comparison(before, after, 0, 0, null, [], [], ImmutableArray<Change>.Empty, null)));
}
