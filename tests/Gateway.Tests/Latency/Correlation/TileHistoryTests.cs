using RemoteChain.Gateway.Latency.Correlation;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>What a place is believed to do by itself.</summary>
public sealed class TileHistoryTests
{
    private const long Milli = 1_000_000;
    private const double Glyph = 8.3;

    /// <summary>A host that was held up answers all its keys at once. Were that a rhythm, each later answer would fall on one of its beats, and no key there
    /// would ever be matched again.</summary>
    [Theory]
    [InlineData(9)]
    [InlineData(12)]
    [InlineData(20)]
    public void Learn_ManyAtOnce_IsNoRhythm(int everyMillis)
    {
        var history = Painted(40, everyMillis, weight: 1);

        for (long later = 1000; later < 9000; later += 237) Assert.False(history.IsOnBeat(At(40, everyMillis) + later * Milli));
    }

    [Theory]
    [InlineData(33)]
    [InlineData(125)]
    [InlineData(1000)]
    public void Learn_AFilmOrAClock_IsARhythm(int everyMillis)
    {
        var history = Painted(40, everyMillis, weight: 1);

        Assert.True(history.IsOnBeat(At(40, everyMillis) + everyMillis * Milli));
    }

    [Fact]
    public void Learn_ManyAtOnceWhileInputsHideTheRest_HidesAnswersForHalfAMinuteAtMost()
    {
        var history = Painted(50, 10, weight: 8);

        Assert.InRange(history.Density(At(50, 10) + 30_000 * Milli, Glyph), 0, 1);
    }

    private static long At(int times, int everyMillis) => (1000 + (long)(times - 1) * everyMillis) * Milli;

    private static TileHistory Painted(int times, int everyMillis, double weight)
    {
        var history = new TileHistory();
        for (int i = 1; i <= times; i++) history.Learn(At(i, everyMillis), Glyph, weight);
        return history;
    }
}
