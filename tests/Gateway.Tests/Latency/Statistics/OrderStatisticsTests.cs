using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Tests.Latency.Statistics;

public sealed class OrderStatisticsTests
{
    [Theory]
    [InlineData(0.5, 51)]
    [InlineData(0.5, 400)]
    [InlineData(0.95, 400)]
    [InlineData(0.99, 2000)]
    public void At_ManySetsOfOneDistribution_EnclosesTheTruthInNinetyFiveOfHundred(double quantile, int count)
    {
        var random = new Random(1);
        int inside = 0, sets = 1000;
        for (int set = 0; set < sets; set++)
        {
            double[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble()).Order()];
            var found = OrderStatistics.At(values, quantile)!.Value;
            Assert.True(found.LowNanos <= found.Nanos && found.Nanos <= found.HighNanos);
            inside += found.LowNanos <= quantile && quantile <= found.HighNanos ? 1 : 0;
        }

        Assert.InRange(inside, 930, 985);
    }

    [Theory]
    [InlineData(99, false, false)]
    [InlineData(100, true, false)]
    [InlineData(999, true, false)]
    [InlineData(1000, true, true)]
    public void P95AndP99_TooFewValues_AreNull(int count, bool hasP95, bool hasP99)
    {
        double[] values = [.. Enumerable.Range(0, count).Select(i => (double)i)];
        Assert.Equal((hasP95, hasP99), (OrderStatistics.P95(values) is not null, OrderStatistics.P99(values) is not null));
    }

    [Fact]
    public void At_NoValues_IsNull() => Assert.Null(OrderStatistics.At([], 0.5));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0.31731)]
    [InlineData(1.96, 0.04999579)]
    [InlineData(2.6, 0.00932238)]
    [InlineData(5, 5.733031e-7)]
    [InlineData(8, 1.2441921e-15)]
    public void TwoSided_KnownValues_AreRight(double deviations, double probability)
    {
        Assert.Equal(1, Normal.TwoSided(deviations) / probability, 3);
        Assert.Equal(1, Normal.TwoSided(-deviations) / probability, 3);
    }
}
