using RemoteChain.Worker.Desktop;

namespace RemoteChain.Worker.Tests.Desktop;

public sealed class RingPaceTests
{
    const long Milli = 1_000_000;

    RingPace _pace;

    [Fact]
    public void Update_Alone_IsRungForAtOnceAndOwesNothing()
    {
        Assert.True(_pace.Update(100 * Milli));
        Assert.False(_pace.Pause(101 * Milli));
        Assert.True(_pace.Update(150 * Milli));
    }

    [Fact]
    public void Update_AStream_IsRungForAtIntervalsAndAtItsEnd()
    {
        int rings = 0;
        for (int i = 0; i < 40; i++) rings += _pace.Update(100 * Milli + i * Milli / 2) ? 1 : 0;
        Assert.Equal(5, rings);
        Assert.True(_pace.Pause(120 * Milli));
        Assert.False(_pace.Pause(121 * Milli));
    }
}
