using Xunit.Abstractions;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>Tests that play a scene and ask how much of it was understood.</summary>
public abstract class SceneTests(ITestOutputHelper output)
{
    private const int MissesShown = 8;

    /// <summary>At least <paramref name="right"/> of the answered inputs of a phase have their own picture, and at most
    /// <paramref name="wrong"/> of all its inputs another one.</summary>
    private protected void Require(Scene scene, string phase, double right, double wrong)
    {
        var score = scene.Judge(phase);
        output.WriteLine($"{phase}: {score}, right {score.RightShare:P1}, wrong {score.WrongShare:P1}; {scene.Correlator.Counts}; "
            + $"{scene.Correlator.Check()}");
        foreach (string miss in score.Misses.Take(MissesShown))
        {
            output.WriteLine(miss);
        }

        Assert.NotEqual(0, score.Inputs);
        Assert.True(score.Answered == 0 || score.RightShare >= right, $"{phase}: {score}");
        Assert.True(score.WrongShare <= wrong, $"{phase}: {score}");
    }
}
