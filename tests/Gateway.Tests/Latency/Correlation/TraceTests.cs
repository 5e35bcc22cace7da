using RemoteChain.Gateway.Latency.Correlation;
using Xunit.Abstractions;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>What was recorded on a real host. Which glyph stands in which cell tells the truth.</summary>
public sealed class TraceTests(ITestOutputHelper output)
{
    private readonly RecordedTrace _trace = new("xterm-on-xrdp.csv");
    private readonly Correlator _correlator = new();

    [Theory]
    [InlineData("typing", 40, 0.95)]
    [InlineData("fast", 40, 0.95)]
    [InlineData("repeat", 30, 0.95)]
    [InlineData("clock", 40, 0.95)]
    [InlineData("video", 20, 0.9)]
    public void Play_KeysThatEcho_FindTheirGlyph(string scene, int keys, double least)
    {
        var answers = _trace.Play(_correlator);
        var glyphs = _trace.Glyphs(scene, keys);

        int right = 0, wrong = 0;
        foreach (var (key, area) in glyphs)
        {
            var answer = answers[key.Id];
            right += answer.IsMatch && answer.DamageSequence == area?.Sequence ? 1 : 0;
            wrong += answer.IsMatch && answer.DamageSequence != area?.Sequence ? 1 : 0;
            output.WriteLine($"{key.SentNanos / 1000} {answer.Reason} {(answer.FirstChangeNanos - key.SentNanos) / 1e6:F1} ms, true "
                + $"{(area?.ReceivedNanos - key.SentNanos) / 1e6:F1}, margin {answer.Margin:F1}, shared {answer.SharedPicture}");
        }

        output.WriteLine($"right {right}, wrong {wrong}; {_correlator.Counts}; {_correlator.Check()}");
        Assert.Equal(keys, glyphs.Count(g => g.Area is not null));
        Assert.True(right >= least * keys, $"{right} of {keys}");
        Assert.True(wrong <= 0.02 * keys, $"{wrong} wrong");
    }

    [Theory]
    [InlineData("xterm-wrapped-line.csv", "wrapped", 110, 0.95)]
    [InlineData("xterm-wrapped-line.csv", "corrected", 40, 0.9)]
    [InlineData("xterm-wrapped-line.csv", "on", 40, 0.95)]
    [InlineData("xterm-joined.csv", "corrected", 60, 0.9)]
    public void Play_TextThatGoesOnFarFromTheCaret_IsFollowed(string file, string scene, int keys, double least)
    {
        var trace = new RecordedTrace(file);
        var answers = trace.Play(_correlator);

        var misses = trace.Presses(scene).Where(key => !answers[key.Id].IsMatch).Select(key => $"{key.SentNanos / 1000}: {answers[key.Id]}").ToList();
        Assert.Equal(keys, trace.Presses(scene).Count);
        Assert.True(misses.Count <= (1 - least) * keys, $"{misses.Count} unmatched: {string.Join("\n", misses)}");
    }

    [Fact]
    public void Play_Password_StaysUnmatched()
    {
        var answers = _trace.Play(_correlator);
        var keys = _trace.Presses("password").Where(key => key.Kind == Surface.InputKind.Scancode && Expectations.IsText(key)).ToList();

        Assert.Equal(20, keys.Count);
        Assert.DoesNotContain(keys, key => answers[key.Id].IsMatch);
    }

    [Fact]
    public void Play_All_ControlAgreesAndChanceIsSmall()
    {
        _trace.Play(_correlator);

        output.WriteLine($"{_correlator.Counts}; {_correlator.Check()}");
        Assert.Equal(SurrogateVerdict.Agrees, _correlator.Check().Verdict);
        Assert.True(_correlator.Counts.ChanceRate < 0.05);
    }
}
