using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

public sealed class RelayHoldTests
{
    const long Delay = 3_000_000;

    readonly RelayHold _hold = new();

    [Fact]
    public void Wait_DelayIsSet_WaitsAndCounts()
    {
        _hold.Wait();
        Assert.Equal(0u, _hold.Account.Events);
        Inject delay = new(default, Delay, DelayShape.Constant, Inject.PermilleMax, 1);
        _hold.Set(delay);
        long began = MonotonicClock.NowNanos();
        _hold.Wait();
        _hold.Wait();
        Assert.True(MonotonicClock.NowNanos() - began >= 2 * Delay);

        // The same order again is a question.
        _hold.Set(delay);
        Assert.Equal((2u, 2u), (_hold.Account.Events, _hold.Account.Delayed));
        Assert.True(_hold.Account.WaitedNanos >= 2 * Delay && _hold.Account.LongestNanos >= Delay);

        _hold.Set(delay with { DelayNanos = 0 });
        _hold.Wait();
        Assert.Equal(2u, _hold.Account.Events);
    }
}
