using RemoteChain.Gateway.Latency.Correlation;
using Xunit.Abstractions;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>Typing in a terminal, seeded: how many keys find their own picture, and how many another's.</summary>
public sealed class TypingTests(ITestOutputHelper output) : SceneTests(output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Type_WithABlinkingCaret_FindsItsEcho(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Run(3);
        terminal.Type(400, 80, 300, "typing");

        Require(scene, "typing", right: 0.95, wrong: 0.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_AtOnceAfterTheStart_NeedsNoRestToLearn(int seed)
    {
        var scene = new Scene(seed);
        new Terminal(scene).Type(200, 80, 300, "typing");

        Require(scene, "typing", right: 0.95, wrong: 0.02);
    }

    [Theory]
    [InlineData(1, 60, 40)]
    [InlineData(2, 100, 40)]
    [InlineData(3, 100, 0)]
    public void Type_FasterThanTheAnswers_SharesPictures(int seed, double latencyMillis, double frameMillis)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene) { LatencyMillis = latencyMillis, JitterMillis = 6, FrameMillis = frameMillis };
        scene.Run(3);
        terminal.Type(20, 200, 400, "slow");
        for (int burst = 0; burst < 12; burst++)
        {
            terminal.Type(25, 15, 60, "fast");
            scene.Run(1);
        }

        Require(scene, "fast", right: 0.9, wrong: 0.03);
        Assert.True(frameMillis == 0 || scene.Correlator.Counts.Shared > 30);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Type_Password_StaysUnmatched(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Run(3);
        for (int round = 0; round < 12; round++)
        {
            terminal.Type(10, 80, 300, "user");
            terminal.Return("return");
            scene.Run(0.5);
            terminal.Echoes = false;
            terminal.Type(14, 80, 300, "password");
            terminal.Return("return");
            scene.Run(0.7);
            terminal.Echoes = true;
        }

        Require(scene, "password", right: 1, wrong: 0.05);
        Require(scene, "user", right: 0.95, wrong: 0.02);
        Require(scene, "return", right: 0.9, wrong: 0.05);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_PasswordFirstOfAll_StaysUnmatched(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene) { Echoes = false };
        scene.Run(3);
        terminal.Type(60, 80, 300, "password");

        Require(scene, "password", right: 1, wrong: 0.05);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 40)]
    public void Hold_Key_MatchesEveryRepeat(int seed, double latencyMillis)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene) { LatencyMillis = latencyMillis };
        scene.Run(3);
        terminal.Type(10, 200, 400, "before");
        for (int hold = 0; hold < 8; hold++)
        {
            terminal.Hold(30, 33, "hold");
            scene.Run(1);
        }

        Require(scene, "hold", right: 0.95, wrong: 0.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_ThroughPagesThatScroll_KeepsUp(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Run(3);
        for (int line = 0; line < 60; line++)
        {
            terminal.Type(6, 80, 300, "typing");
            terminal.Return("return");
            scene.Run(0.25);
        }

        Require(scene, "typing", right: 0.95, wrong: 0.01);
        Require(scene, "return", right: 0.9, wrong: 0.03);
    }

    [Theory]
    [InlineData(5, 205)]
    [InlineData(5, 45)]
    [InlineData(150, 10)]
    public void Type_WhileTheHostBecomesSlowerOrFaster_Follows(double beforeMillis, double afterMillis)
    {
        var scene = new Scene(7);
        var terminal = new Terminal(scene) { LatencyMillis = beforeMillis };
        scene.Run(3);
        terminal.Type(200, 80, 300, "before");
        terminal.LatencyMillis = afterMillis;
        terminal.Type(100, 80, 300, "after the change");

        Require(scene, "after the change", right: 0.9, wrong: 0.05);
        Assert.NotEqual(SurrogateVerdict.TooFew, scene.Correlator.Check().Verdict);
    }
}
