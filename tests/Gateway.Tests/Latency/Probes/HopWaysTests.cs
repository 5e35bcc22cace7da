using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Probes;

public sealed class HopWaysTests
{
    const long Second = 1_000_000_000;

    readonly HopWays _ways = new();

    HopReading Read(int layer, long at = 10 * Second) => _ways.Read(at).Single(reading => reading.LayerNumber == layer);

    [Fact]
    public void Read_HopsInTheOrderOfTheChain_EachWithItsOwnFigure()
    {
        _ways.Begin([3, 1]);
        foreach (var (layer, nanos) in new[] { (3, 500), (1, 200), (3, 520), (1, 210) }) _ways.Add(layer, 9 * Second, new(nanos, layer == 3 ? 40 : null));

        var readings = _ways.Read(10 * Second);
        Assert.Equal([1, 3], readings.Select(reading => reading.LayerNumber));
        Assert.Equal((200, null), (readings[0].Way!.Value.Nanos, readings[0].Inside));
        Assert.Equal((460, 40), (readings[1].Way!.Value.Nanos, readings[1].Inside!.Value.Nanos));
    }

    [Fact]
    public void Read_NothingHeardForLong_IsNotKnownAndNotSilent()
    {
        _ways.Begin([1]);
        for (int i = 0; i < 3; i++) _ways.Add(1, Second, new(200));
        for (int i = 0; i < 9; i++) _ways.AddLost(1, 20 * Second);
        Assert.Equal(new HopReading(1, null), Read(1, 20 * Second));
    }

    [Fact]
    public void Read_NeverAnswered_IsSilentUntilItDoes()
    {
        _ways.Begin([1]);
        for (int i = 1; i < HopWays.SilentAfter; i++) _ways.AddLost(1, Second);
        Assert.False(Read(1).IsSilent);
        _ways.AddLost(1, Second);
        Assert.True(Read(1).IsSilent);
        _ways.Add(1, Second, new(5));
        Assert.False(Read(1).IsSilent);
    }

    [Fact]
    public void Begin_AnotherConnection_KeepsWhatIsKnownAndForgetsWhoIsGone()
    {
        _ways.Begin([1, 2]);
        _ways.Add(1, 9 * Second, new(200));
        _ways.Add(1, 9 * Second, new(200));
        _ways.Begin([1, 4]);
        Assert.Equal([1, 4], _ways.Read(10 * Second).Select(reading => reading.LayerNumber));
        Assert.NotNull(Read(1).Way);
        _ways.Add(2, 9 * Second, new(200)); // a late answer of the old connection
        Assert.Equal(2, _ways.Read(10 * Second).Length);
    }

    // The far end's own figure is another machine's: it may be anything.
    [Theory]
    [InlineData(-5, 0)]
    [InlineData(7000, 300)]
    [InlineData(90, 90)]
    public void Add_InsideThatCannotBe_IsCutToWhatCan(long told, long believed)
    {
        _ways.Begin([1]);
        for (int i = 0; i < 2; i++) _ways.Add(1, 9 * Second, new(300, told));
        Assert.Equal(believed, Read(1).Inside!.Value.Nanos);
        Assert.Equal(300 - believed, Read(1).Way!.Value.Nanos);
    }

    // To answer an echo takes a relay less than to pass bytes on, or more.
    [Fact]
    public void Add_RelayTellsHowLongItKeptTheSessionsBytes_ThatIsItsOwnTime()
    {
        _ways.Begin([1]);
        for (int i = 0; i < 2; i++) _ways.Add(1, 9 * Second, new(300, 20, 5000));
        Assert.Equal((280, 5000), (Read(1).Way!.Value.Nanos, Read(1).Inside!.Value.Nanos));
    }

    [Fact]
    public async Task HopLeg_SessionInUse_AsksEveryHopAtItsOwnMoments()
    {
        var uses = new FrontEchoes();
        uses.MarkUse(long.MaxValue);
        var asked = new List<(int Layer, long AtNanos)>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        HopQuestion Question(int layer) => new(layer, (_, _) =>
        {
            lock (asked)
            {
                asked.Add((layer, MonotonicClock.NowNanos()));
                if (asked.GroupBy(one => one.Layer).Count(hop => hop.Count() >= 2) == 3) enough.TrySetResult();
            }

            return layer == 3 ? throw new SocketException((int)SocketError.NetworkUnreachable) : new(new HopRoundTrip(layer * 100));
        });

        await using (var leg = new HopLeg([Question(1), Question(2), Question(3)], _ways, uses))
        {
            await enough.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }

        long now = MonotonicClock.NowNanos();
        Assert.Equal([100L, 200L, null], _ways.Read(now).Select(reading => reading.Way?.Nanos));
        Assert.True(asked.Select(one => one.AtNanos).Distinct().Count() > 3);
    }

    [Fact]
    public async Task EchoOrigin_ElsewhereInTheNetwork_AsksWithSocketsFromThere()
    {
        var made = new List<SocketType>();
        using var origin = EchoOrigin.Of((family, type, protocol, _) =>
        {
            made.Add(type);
            return new(new Socket(family, type, protocol));
        });

        Assert.InRange((await origin.RefusalAsync(IPAddress.Loopback, TimeSpan.FromSeconds(5), default))!.Value, 1, Second);
        long? icmp = await origin.IcmpAsync(IPAddress.Loopback, TimeSpan.FromSeconds(5), default);
        Assert.Equal(SocketType.Stream, made[0]);
        Assert.True(icmp is > 0 || made.Contains(SocketType.Raw), "no echo came, and not every kind of socket was tried");
    }

    [Fact]
    public async Task EchoOrigin_PlaceIsGone_AnswersNothing()
    {
        using var origin = EchoOrigin.Of((_, _, _, _) => throw new SocketException((int)SocketError.NetworkDown));
        Assert.Null(await origin.RefusalAsync(IPAddress.Loopback, TimeSpan.FromSeconds(1), default));
        Assert.Null(await origin.IcmpAsync(IPAddress.Loopback, TimeSpan.FromSeconds(1), default));
    }
}
