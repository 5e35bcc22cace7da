using System.Diagnostics;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Tests.Latency.Statistics;

public sealed class LogHistogramTests
{
    [Fact]
    public void QuantileNanos_AnyValueFromMicrosecondToHundredSeconds_IsRightToOnePercent()
    {
        for (double value = LogHistogram.NanosMin; value <= LogHistogram.NanosMax; value *= 1.0007)
        {
            var histogram = new LogHistogram();
            histogram.Record((long)value);
            Assert.InRange(histogram.QuantileNanos(0.5)!.Value / (long)value, 1 - LogHistogram.RelativeError, 1 + LogHistogram.RelativeError);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(long.MinValue)]
    public void Record_TooShort_CountsAsShortest(long nanos)
    {
        var histogram = new LogHistogram();
        histogram.Record(nanos);
        Assert.InRange(histogram.QuantileNanos(1)!.Value, 990, 1010);
    }

    [Fact]
    public void Record_TooLong_CountsAsLongest()
    {
        var histogram = new LogHistogram();
        histogram.Record(long.MaxValue);
        Assert.InRange(histogram.QuantileNanos(1)!.Value, 0.99e11, 1.01e11);
    }

    [Fact]
    public void QuantileNanos_WithoutValues_IsNull()
    {
        var histogram = new LogHistogram();
        Assert.Null(histogram.QuantileNanos(0.5));
        Assert.Null(histogram.MeanNanos);
    }

    [Fact]
    public void Merge_TwoHalves_IsTheWhole()
    {
        var random = new Random(3);
        var (whole, one, other) = (new LogHistogram(), new LogHistogram(), new LogHistogram());
        for (int i = 0; i < 5000; i++)
        {
            long nanos = (long)Math.Exp(random.NextDouble() * 18 + 7);
            whole.Record(nanos);
            (i % 3 == 0 ? one : other).Record(nanos);
        }

        one.Merge(other);
        Assert.Equal(whole.Count, one.Count);
        Assert.Equal(whole.MeanNanos!.Value, one.MeanNanos!.Value, 1e-9 * whole.MeanNanos.Value);
        Assert.All([0.01, 0.5, 0.95, 0.99], quantile => Assert.Equal(whole.QuantileNanos(quantile), one.QuantileNanos(quantile)));
        Assert.Equal(whole.CountUpTo(5_000_000), one.CountUpTo(5_000_000));
    }

    [Fact]
    public void TryRead_OwnBytes_GivesTheSame()
    {
        var histogram = new LogHistogram();
        for (long nanos = 1; nanos < 1_000_000_000; nanos = nanos * 3 / 2 + 1)
        {
            histogram.Record(nanos);
        }

        byte[] bytes = histogram.ToBytes();
        Assert.True(LogHistogram.TryRead(bytes, out var read));
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(histogram.QuantileNanos(0.7), read.QuantileNanos(0.7));
        Assert.True(bytes.Length < 200, $"{bytes.Length} bytes");
    }

    [Fact]
    public void TryRead_AnythingElse_IsRefusedOrConsistent()
    {
        var random = new Random(5);
        var histogram = new LogHistogram();
        for (int i = 0; i < 300; i++)
        {
            histogram.Record(random.Next(1, 400_000_000));
        }

        byte[] good = histogram.ToBytes();
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = (byte[])good.Clone();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Array.Resize(ref bytes, random.Next(bytes.Length + 1));
            if (!LogHistogram.TryRead(bytes, out var read))
            {
                refused++;
                continue;
            }

            Assert.True(read.Count >= 0 && read.CountUpTo(long.MaxValue) == read.Count);
        }

        Assert.InRange(refused, 1, 20_000);
        Assert.False(LogHistogram.TryRead([], out _));
        Assert.False(LogHistogram.TryRead(new byte[LogHistogram.BytesMax + 1], out _));
    }

    [Fact]
    public void Record_Often_TakesTensOfNanoseconds()
    {
        var histogram = new LogHistogram();
        double best = double.MaxValue;
        for (int round = 0; round < 12; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (long i = 0; i < 200_000; i++)
            {
                histogram.Record(1_000 + i * 977);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / 200_000);
        }

        Assert.Equal(12 * 200_000, histogram.Count);
        Assert.True(best < 100, $"{best:F1} ns"); // 4 ns on an idle machine; the limit only catches what is done quite differently
    }
}
