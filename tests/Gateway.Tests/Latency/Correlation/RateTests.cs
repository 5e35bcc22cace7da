using Xunit.Abstractions;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>The rates that docs/latency.md publishes, each over many seeds: what is right of what was answered, what is wrong of
/// everything, and how often an input that was not sent finds a picture.</summary>
public sealed class RateTests(ITestOutputHelper output)
{
    private const int FirstSeed = 100, Seeds = 10;

    private static readonly Dictionary<string, Action<Scene>> s_scenes = new()
    {
        ["typing"] = scene => Typing(scene, new Terminal(scene)),
        ["no blinking"] = scene => Typing(scene, new Terminal(scene, blinks: false)),
        ["slow host"] = scene => Typing(scene, new Terminal(scene) { LatencyMillis = 30, JitterMillis = 6, FrameMillis = 33 }),
        ["clock"] = scene =>
        {
            scene.Every(1000, 2, () => scene.Paint(852, 70, 122, 181));
            Typing(scene, new Terminal(scene));
        },
        ["video"] = scene =>
        {
            scene.PlayVideo(703, 508);
            Typing(scene, new Terminal(scene));
        },
        ["spinner"] = scene =>
        {
            scene.Every(100, 3, () => scene.Paint(33, 70, 9, 18));
            Typing(scene, new Terminal(scene));
        },
        ["password"] = scene => Password(scene, new Terminal(scene)),
        ["password, video"] = scene =>
        {
            scene.PlayVideo(703, 508);
            Password(scene, new Terminal(scene));
        },
        ["bursts"] = scene => Bursts(scene, new Terminal(scene) { LatencyMillis = 60, JitterMillis = 6, FrameMillis = 40 }, isKnown: true),
        ["bursts at once"] = scene =>
            Bursts(scene, new Terminal(scene) { LatencyMillis = 60, JitterMillis = 6, FrameMillis = 40 }, isKnown: false),
        ["repeat"] = scene => Repeat(scene, new Terminal(scene) { LatencyMillis = 40 }),
        ["40 ms slower"] = scene => Slower(scene, new Terminal(scene), 45),
        ["200 ms slower"] = scene => Slower(scene, new Terminal(scene), 205),
        ["tiles of 16"] = scene => Typing(scene, new Terminal(scene) { TilePixels = 16 }),
        ["tiles of 64"] = scene => Typing(scene, new Terminal(scene) { TilePixels = 64 }),
        ["tiles of 64, no blinking"] = scene => Typing(scene, new Terminal(scene, blinks: false) { TilePixels = 64 }),
        ["tiles of 64, slow host"] = scene => Typing(scene, new Terminal(scene) { TilePixels = 64, LatencyMillis = 30 }),
        ["tiles of 64, bursts"] = scene => Bursts(
            scene, new Terminal(scene, blinks: false) { TilePixels = 64, LatencyMillis = 60, FrameMillis = 40 }, isKnown: true),
        ["tiles of 64, password"] = scene => Password(scene, new Terminal(scene) { TilePixels = 64 }),
    };

    [Theory]
    [InlineData("typing", 0.99, 0.005, 0.01)]
    [InlineData("no blinking", 0.99, 0.005, 0.01)]
    [InlineData("slow host", 0.95, 0.01, 0.01)]
    [InlineData("clock", 0.99, 0.005, 0.01)]
    [InlineData("video", 0.99, 0.005, 0.01)]
    [InlineData("spinner", 0.98, 0.01, 0.01)]
    [InlineData("password", 1, 0.01, 0.01)]
    [InlineData("password, video", 1, 0.01, 0.01)]
    [InlineData("bursts", 0.95, 0.03, 0.01)]
    [InlineData("bursts at once", 0.8, 0.15, 0.01)]
    [InlineData("repeat", 0.97, 0.02, 0.01)]
    [InlineData("40 ms slower", 0.98, 0.01, 0.01)]
    [InlineData("200 ms slower", 0.9, 0.08, 0.03)]
    [InlineData("tiles of 16", 0.98, 0.01, 0.08)]
    [InlineData("tiles of 64", 0.7, 0.02, 0.16)]
    [InlineData("tiles of 64, no blinking", 0.98, 0.01, 0.01)]
    [InlineData("tiles of 64, slow host", 0.7, 0.08, 0.16)]
    [InlineData("tiles of 64, bursts", 0.8, 0.13, 0.03)]
    [InlineData("tiles of 64, password", 1, 0.02, 0.05)]
    public void Play_ManySeeds_KeepsThePublishedRates(string name, double right, double wrong, double chance)
    {
        int answered = 0, inputs = 0, found = 0, mistaken = 0;
        long surrogates = 0, surrogatesMatched = 0;
        for (int seed = FirstSeed; seed < FirstSeed + Seeds; seed++)
        {
            var scene = new Scene(seed);
            s_scenes[name](scene);
            var score = scene.Judge("judged");
            (answered, inputs) = (answered + score.Answered, inputs + score.Inputs);
            (found, mistaken) = (found + score.Right, mistaken + score.Wrong);
            surrogates += scene.Correlator.Counts.Surrogates;
            surrogatesMatched += scene.Correlator.Counts.SurrogatesMatched;
        }

        output.WriteLine($"| {name} | {inputs} | {(answered == 0 ? "–" : $"{100.0 * found / answered:F1} %")} "
            + $"| {100.0 * mistaken / inputs:F1} % | {100.0 * surrogatesMatched / surrogates:F1} % |");
        Assert.True(answered == 0 || found >= right * answered, $"{found} right of {answered}");
        Assert.True(mistaken <= wrong * inputs, $"{mistaken} wrong of {inputs}");
        Assert.True(surrogatesMatched <= chance * surrogates, $"{surrogatesMatched} of {surrogates} surrogates");
    }

    private static void Typing(Scene scene, Terminal terminal)
    {
        scene.Run(3);
        terminal.Type(200, 80, 300, "judged");
    }

    private static void Password(Scene scene, Terminal terminal)
    {
        scene.Run(3);
        terminal.Type(40, 80, 300, "user name");
        scene.Run(2);
        terminal.Echoes = false;
        terminal.Type(150, 80, 300, "judged");
    }

    private static void Bursts(Scene scene, Terminal terminal, bool isKnown)
    {
        scene.Run(3);
        if (isKnown)
        {
            terminal.Type(20, 200, 400, "before");
        }

        for (int burst = 0; burst < 8; burst++)
        {
            terminal.Type(25, 15, 60, "judged");
            scene.Run(1);
        }
    }

    private static void Repeat(Scene scene, Terminal terminal)
    {
        scene.Run(3);
        terminal.Type(10, 200, 400, "before");
        for (int hold = 0; hold < 8; hold++)
        {
            terminal.Hold(30, 33, "judged");
            scene.Run(1);
        }
    }

    private static void Slower(Scene scene, Terminal terminal, double latencyMillis)
    {
        scene.Run(3);
        terminal.Type(100, 80, 300, "before");
        terminal.LatencyMillis = latencyMillis;
        terminal.Type(100, 80, 300, "judged");
    }
}
