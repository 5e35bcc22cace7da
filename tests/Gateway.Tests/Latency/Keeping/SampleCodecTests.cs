using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Keeping;

public sealed class SampleCodecTests
{
    [Fact]
    public void Block_ReadBack_IsTheSameToTheNanosecond()
    {
        var samples = TypingSession.Samples(500);

        Assert.True(SampleCodec.TryRead(SampleCodec.Write(samples), out var read));
        Assert.Equal(samples.Select(sample => sample.Content()), read.Select(sample => sample.Content()));
    }

    [Fact]
    public void Block_OfExtremeValues_SurvivesThem()
    {
        var key = new StageKey(3, "größte Ebene 層", Stage.Host);
        Sample[] samples =
        [
            new(ulong.MaxValue, InputKind.Unicode, Load.Busy, SampleOrigin.Probe, DateTimeOffset.MaxValue.ToUniversalTime(),
                [new(key, long.MaxValue, long.MinValue, long.MaxValue, Grade.Pooled)], 65_535, Censored: true),
            new(0, InputKind.Mouse, Load.Idle, SampleOrigin.Passive, DateTimeOffset.MinValue, [], 0),
            new(7, InputKind.Mouse, Load.Idle, SampleOrigin.Passive, DateTimeOffset.UnixEpoch, [StageTime.Measured(key, -5)]),
        ];

        Assert.True(SampleCodec.TryRead(SampleCodec.Write(samples), out var read));
        Assert.Equal(samples.Select(sample => sample.Content()), read.Select(sample => sample.Content()));
    }

    [Fact]
    public void Block_OfASecondOfTyping_IsBelowAKilobyte()
    {
        // Ten keys a second, as by key repeat and fast typists.
        var bytes = SampleCodec.Write(TypingSession.Samples(10)).Length;

        Assert.InRange(bytes, 100, 900);
    }

    [Fact]
    public void Block_CutAnywhere_IsRefused()
    {
        var bytes = SampleCodec.Write(TypingSession.Samples(5));

        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.False(SampleCodec.TryRead(bytes.AsSpan(0, length), out _)));
        Assert.False(SampleCodec.TryRead([.. bytes, 0], out _));
    }

    [Fact]
    public void Minute_WithMoreSamplesThanAreKept_KeepsADrawAndTheSlowest()
    {
        var samples = TypingSession.Samples(2_000, everyMillis: 20);
        var record = MinuteRecord.Empty;
        foreach (var second in samples.Chunk(50)) record = record.Merge(MinuteRecord.Of([.. second], 1), seed: 7);

        Assert.True(MinuteRecord.TryRead(record.ToBytes(), out var read));
        Assert.Equal((2_000, MinuteRecord.DrawnMax, false), (read.Recorded, read.Drawn.Length, read.IsComplete));
        Assert.Equal(samples.Select(sample => sample.TotalNanos).OrderDescending().Take(MinuteRecord.SlowestMax),
            read.Slowest.Select(sample => sample.TotalNanos));
        // The histograms know all of them, also those that are not kept.
        var keys = samples.Where(sample => sample is { Censored: false, Origin: SampleOrigin.Passive, Load: Load.Idle, Kind: InputKind.Scancode })
            .Select(sample => sample.TotalNanos).Order().ToList();
        var total = read.Histograms[new(HistogramKey.Whole, "", null, Load.Idle, InputKind.Scancode)];
        Assert.Equal(keys.Count, total.Count);
        Assert.InRange(total.QuantileNanos(0.5)!.Value / keys[keys.Count / 2], 0.98, 1.02);
    }

    [Fact]
    public void Minutes_MergedInAnyGrouping_GiveEverySampleTheSameChance()
    {
        // The first half comes in one piece, the second five at a time; over many draws each half must get half of the places.
        var samples = TypingSession.Samples(1_000);
        var drawn = Enumerable.Range(0, 12).Sum(seed =>
        {
            var record = MinuteRecord.Of([.. samples.Take(500)], seed);
            foreach (var (few, index) in samples.Skip(500).Chunk(5).Select((few, index) => (few, index)))
                record = record.Merge(MinuteRecord.Of([.. few], seed), seed * 1000 + index);
            return record.Drawn.Count(sample => (sample.InputId & 0xffff) <= 500);
        });

        // 2880 draws, standard error below 27.
        Assert.InRange(drawn, 1_440 - 130, 1_440 + 130);
    }
}
