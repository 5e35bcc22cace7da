using System.Diagnostics;
using RemoteChain.Gateway.Lab;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Lab;

/// <summary>What the delay relay decides; the relay itself is shown end to end.</summary>
public sealed class RelayTests
{
    [Fact]
    public void Held_ShorterDelayLater_NeverOvertakes()
    {
        var held = new HeldPackets();
        held.Add([1], dueNanos: 100);
        held.Add([2], dueNanos: 40);

        Assert.Equal(100, held.DueNanos);
        Assert.Equal(1, held.Take()[0]);
        Assert.Equal(100, held.DueNanos);
        Assert.Equal(2, held.Take()[0]);
        Assert.Equal(long.MaxValue, held.DueNanos);
    }

    [Fact]
    public void Held_Full_RefusesAndKeepsTheOrder()
    {
        var held = new HeldPackets();
        var packet = new byte[TunDevice.PacketBytesMax];
        for (var i = 0; i < HeldPackets.PacketsMax; i++)
        {
            packet[0] = (byte)i;
            Assert.True(held.Add(packet, i));
        }

        Assert.False(held.Add(packet, 0));
        for (var i = 0; i < 10; i++) Assert.Equal((byte)i, held.Take()[0]);
        Assert.True(held.Add([99, 1], 0));
        Assert.Equal(TunDevice.PacketBytesMax, held.Take().Length);
    }

    [TunFact]
    public void Direction_ItsDeviceGoes_Ends()
    {
        using var from = new TunDevice($"rct{Environment.ProcessId}a");
        using var to = new TunDevice($"rct{Environment.ProcessId}b");
        using var direction = new RelayDirection(from, to, 3389);
        Assert.False(direction.IsOver);

        using (var removal = Process.Start("ip", ["link", "delete", from.Name])) removal.WaitForExit();

        Assert.True(SpinWait.SpinUntil(() => direction.IsOver, TimeSpan.FromSeconds(10)), "the relay looks on at a device that is not there any more");
    }

    [Fact]
    public void Schedule_InOneWindow_GivesTheSameDelay()
    {
        var schedule = new DelaySchedule(1_000_000, DelayShape.Jitter, 1000, 3);
        var window = Enumerable.Range(0, 1000).Select(w => schedule.At(w * DelaySchedule.WindowNanos)).ToArray();

        Assert.All(Enumerable.Range(0, 1000), w => Assert.Equal(window[w], schedule.At((w + 1) * DelaySchedule.WindowNanos - 1)));
        Assert.InRange(window.Average(), 900_000, 1_100_000);
        Assert.True(window.Distinct().Count() > 900);
    }

    [Fact]
    public void Schedule_Intermittent_DelaysItsShareOfTheWindows()
    {
        var schedule = new DelaySchedule(5, DelayShape.Intermittent, 100, 8);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(w => schedule.At(w * DelaySchedule.WindowNanos) == 5), 850, 1150);
        Assert.Equal(0, DelaySchedule.None.At(12345));
    }
}
