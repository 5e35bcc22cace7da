using RemoteChain.Surface;
using Xunit.Abstractions;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>What paints itself is not taken for an answer, and does not hide one.</summary>
public sealed class BackgroundTests(ITestOutputHelper output) : SceneTests(output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_BesideAClock_FindsItsEcho(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Every(1000, 2, () => scene.Paint(852, 70, 122, 181));
        scene.Run(4);
        terminal.Type(300, 80, 300, "typing");

        Require(scene, "typing", right: 0.95, wrong: 0.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_BesideAVideo_FindsItsEcho(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.PlayVideo(703, 508);
        scene.Run(3);
        terminal.Type(400, 80, 300, "typing");

        Require(scene, "typing", right: 0.9, wrong: 0.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_BesideAVideoThatStartsMeanwhile_FindsItsEcho(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Run(3);
        terminal.Type(50, 80, 300, "before");
        scene.PlayVideo(703, 508);
        terminal.Type(200, 80, 300, "typing");

        Require(scene, "typing", right: 0.9, wrong: 0.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_PasswordBesideAVideoAndAClock_StaysUnmatched(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.PlayVideo(703, 508);
        scene.Every(1000, 2, () => scene.Paint(852, 70, 122, 181));
        scene.Run(3);
        terminal.Type(30, 80, 300, "user");
        terminal.Echoes = false;
        terminal.Type(200, 80, 300, "password");

        Require(scene, "password", right: 1, wrong: 0.05);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Type_BesideASpinnerOnTheSameLine_FindsItsEcho(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Every(100, 3, () => scene.Paint(33, 70, 9, 18));
        scene.Run(3);
        terminal.Type(300, 80, 300, "typing");

        Require(scene, "typing", right: 0.9, wrong: 0.03);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Point_OverAStillDesktopWithAClock_MatchesNothing(int seed)
    {
        var scene = new Scene(seed);
        scene.Every(1000, 2, () => scene.Paint(852, 70, 122, 181));
        scene.Run(5);
        scene.Phase = "moving";
        for (int i = 0; i < 2000; i++)
        {
            scene.Send(InputKind.Mouse, InputEvent.MouseMoveFlag, 100 + i % 800, 100 + i / 4);
            scene.Run(0.012);
        }

        Require(scene, "moving", right: 1, wrong: 0.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Click_OnButtons_FindsTheButtonAndNotTheVideo(int seed)
    {
        var scene = new Scene(seed);
        scene.PlayVideo(600, 400);
        scene.Run(3);
        scene.Phase = "clicks";
        for (int i = 0; i < 150; i++)
        {
            int x = 60 + scene.Random.Next(400), y = 60 + scene.Random.Next(600);
            ulong click = scene.Send(InputKind.Mouse, 0x9000, x, y);
            scene.At(15 + scene.Spread(4), () => scene.Answered(click, scene.Paint(x - 30, y - 10, 80, 24)));
            scene.At(90, () => scene.Send(InputKind.Mouse, 0x1000, x, y));
            scene.Run(0.4 + scene.Random.NextDouble());
        }

        Require(scene, "clicks", right: 0.9, wrong: 0.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Wheel_OverAPage_FindsTheScroll(int seed)
    {
        var scene = new Scene(seed);
        var terminal = new Terminal(scene);
        scene.Run(3);
        scene.Phase = "wheel";
        for (int i = 0; i < 150; i++)
        {
            ulong step = scene.Send(InputKind.Mouse, 0x0388, 400, 300);
            scene.At(12 + scene.Spread(3), () =>
            {
                scene.Answered(step, scene.Paint(33, 412, 810, 144));
                scene.Paint(33, 265, 810, 147);
                scene.Paint(33, 118, 810, 147);
            });
            scene.Run(0.15 + scene.Random.NextDouble() / 2);
        }

        Assert.NotNull(terminal);
        Require(scene, "wheel", right: 0.95, wrong: 0.01);
    }
}
