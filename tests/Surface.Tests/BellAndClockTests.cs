using RemoteChain.Surface.Native;

namespace RemoteChain.Surface.Tests;

public sealed class BellAndClockTests
{
    [Fact]
    public void Now_AgainstClockGettime_IsTheSameClockInNanoseconds()
    {
        for (var i = 0; i < 1000; i++)
        {
            var before = ClockNanos();
            var now = MonotonicClock.NowNanos();
            Assert.InRange(now, before, ClockNanos());
        }
    }

    [Fact]
    public unsafe void Ring_ManyTimes_CountsAsOneAndNeverBlocks()
    {
        using var bell = Bell.Create();
        Assert.False(bell.Clear());
        ulong almostFull = ulong.MaxValue - 1;
        Assert.Equal(8, Unistd.write(bell.Handle.Descriptor, &almostFull, 8));
        bell.Ring();
        Assert.True(bell.Wait(0));
        Assert.False(bell.Wait(0));
    }

    [Fact]
    public async Task Wait_RungByAnotherThread_Wakes()
    {
        using var bell = Bell.Create();
        var waiting = Task.Run(() => bell.Wait(10_000));
        bell.Ring();
        Assert.True(await waiting);
    }

    [Fact]
    public void Poll_Several_SaysWhich()
    {
        using var silent = Bell.Create();
        using var rung = Bell.Create();
        rung.Ring();
        PolledDescriptor[] polled = [new(silent.Handle.Descriptor), new(rung.Handle.Descriptor), new(-1)];
        Assert.Equal(1, DescriptorPoll.Wait(polled, -1));
        Assert.Equal([false, true, false], polled.Select(p => p.IsReady));
        rung.Clear();
        Assert.Equal(0, DescriptorPoll.Wait(polled, 5));
    }

    static unsafe long ClockNanos()
    {
        Time.timespec time;
        Assert.Equal(0, Time.clock_gettime(Time.CLOCK_MONOTONIC, &time));
        return time.tv_sec * 1_000_000_000 + time.tv_nsec;
    }
}
