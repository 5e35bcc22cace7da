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

    // A host that becomes faster than keys follow each other, in the moment of a key that paints nothing: every later key could have the picture of the next.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Type_WhenEachPictureSeemsToBeOfTheKeyBefore_FindsItsEchoAgain(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene) { LatencyMillis = 140, JitterMillis = 15 };
        scene.Run(3);
        terminal.Type(80, 300, 450, "slow");
        terminal.LatencyMillis = 6;
        terminal.JitterMillis = 1;
        terminal.Echoes = false;
        terminal.Type(1, 120, 150, "silent");
        terminal.Echoes = true;
        terminal.Type(40, 110, 160, "until found");
        terminal.Type(60, 110, 160, "fast");

        Require(scene, "fast", right: 0.95, wrong: 0.02);
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
    [InlineData(1, 5, true)]
    [InlineData(2, 40, true)]
    [InlineData(3, 90, true)]
    public void Hold_Key_MatchesEveryRepeat(int seed, double latencyMillis, bool blinks)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene, blinks) { LatencyMillis = latencyMillis };
        scene.Run(3);
        terminal.Type(10, 200, 400, "before");
        for (int hold = 0; hold < 8; hold++)
        {
            terminal.Hold(30, 33, "hold");
            scene.Run(1);
        }

        Require(scene, "hold", right: 0.95, wrong: 0.02);
    }

    [Fact]
    public void Hold_KeyBeforeAnythingWasLearned_FindsTheRightPicturesAfterThePause()
    {
        // In a beat, each picture comes 7 ms after a key that it does not answer. What is left over at the end tells.
        var scene = new Scene(2);
        var terminal = new Terminal(scene, blinks: false) { LatencyMillis = 40 };
        terminal.Hold(30, 33, "first");
        scene.Run(1);
        for (int hold = 0; hold < 7; hold++)
        {
            terminal.Hold(30, 33, "later");
            scene.Run(1);
        }

        Require(scene, "later", right: 0.95, wrong: 0.03);
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

    [Theory]
    [InlineData(1, 16, 5)]
    [InlineData(2, 64, 5)]
    public void Type_OnAHostThatKnowsOnlyTiles_FindsItsEcho(int seed, int tilePixels, double latencyMillis)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene) { TilePixels = tilePixels, LatencyMillis = latencyMillis };
        scene.Run(4);
        terminal.Type(400, 80, 300, "typing");

        // Where a caret that blinks cannot be told from a glyph, nearly every seventh echo stays unmatched.
        Require(scene, "typing", right: 0.8, wrong: 0.03);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 64)]
    public void Type_PasswordOnAHostThatKnowsOnlyTiles_StaysUnmatched(int seed, int tilePixels)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene) { TilePixels = tilePixels };
        scene.Run(4);
        terminal.Type(40, 80, 300, "user");
        scene.Run(2);
        terminal.Echoes = false;
        terminal.Type(200, 80, 300, "password");

        Require(scene, "password", right: 1, wrong: 0.05);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_WithEveryTenthAnswerLate_FindsThoseToo(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Run(3);
        terminal.Type(100, 80, 300, "before");
        for (int i = 0; i < 60; i++)
        {
            terminal.LatencyMillis = 5;
            terminal.Type(9, 80, 300, "usual");
            terminal.LatencyMillis = 105;
            terminal.Type(1, 80, 300, "late");
        }

        Require(scene, "late", right: 0.9, wrong: 0.05);
        Require(scene, "usual", right: 0.95, wrong: 0.02);
    }
}
