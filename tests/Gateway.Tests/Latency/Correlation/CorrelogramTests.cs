using RemoteChain.Gateway.Latency.Correlation;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>The control that matches nothing.</summary>
public sealed class CorrelogramTests
{
    private const long Milli = 1_000_000;
    private const int Inputs = 300;

    private readonly double[] _matched = new double[LatencyBins.Count];

    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(250)]
    public void Compare_TrueMatches_Agrees(int latencyMillis)
    {
        var control = Play(latencyMillis, latencyMillis);

        Assert.Equal(SurrogateVerdict.Agrees, control.Verdict);
        Assert.InRange(control.ControlMedianNanos, 0.9 * latencyMillis * Milli, 1.15 * latencyMillis * Milli);
        Assert.InRange(control.ExcessPerInput, 0.7, 1.2);
    }

    [Theory]
    [InlineData(5, 60)]
    [InlineData(40, 7)]
    [InlineData(250, 30)]
    public void Compare_MatchesWithOtherPictures_Distrusts(int latencyMillis, int matchedMillis) =>
        Assert.Equal(SurrogateVerdict.Distrust, Play(latencyMillis, matchedMillis).Verdict);

    [Fact]
    public void Compare_PicturesThatHaveNothingToDoWithInputs_NeverAgrees() =>
        Assert.NotEqual(SurrogateVerdict.Agrees, Play(latencyMillis: null, matchedMillis: 30).Verdict);

    // Inputs at random intervals, each with its answer, and others' pictures ten times a second.
    private SurrogateCheck Play(int? latencyMillis, int matchedMillis)
    {
        var random = new Random(9);
        var control = new Correlogram(_matched);
        long now = 0;
        var events = new List<(long Nanos, bool IsInput)>();
        for (int i = 0; i < Inputs; i++)
        {
            now += (100 + random.Next(500)) * Milli;
            events.Add((now, true));
            _matched[LatencyBins.Of(matchedMillis * Milli)]++;
            if (latencyMillis is { } millis)
            {
                events.Add((now + (long)((millis + random.NextDouble() * millis * 0.1) * Milli), false));
            }
        }

        events.AddRange(Enumerable.Range(0, (int)(now / (100 * Milli))).Select(_ => (random.NextInt64(now), false)));
        foreach (var (nanos, isInput) in events.OrderBy(e => e.Nanos))
        {
            if (isInput)
            {
                control.Sent(nanos);
            }
            else
            {
                control.Painted(nanos);
            }
        }

        return control.Compare();
    }
}
