using RemoteChain.Gateway.Chains;

namespace RemoteChain.Gateway.Tests.Chains;

public sealed class ChainDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("8h", 28800)]
    [InlineData("2d", 172800)]
    public void TryParse_KnownUnit_Reads(string text, int seconds)
    {
        Assert.True(ChainDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("1.5h")]
    [InlineData("99999999999d")]
    [InlineData("9999999d")]
    public void TryParse_AnythingElse_Refuses(string text) => Assert.False(ChainDuration.TryParse(text, out _));

    [Theory]
    [InlineData(90)]
    [InlineData(1800)]
    [InlineData(0)]
    [InlineData(172800)]
    public void Text_ReadsBackTheSame(int seconds)
    {
        var duration = TimeSpan.FromSeconds(seconds);
        Assert.True(ChainDuration.TryParse(ChainDuration.Text(duration), out var again));
        Assert.Equal(duration, again);
    }
}
