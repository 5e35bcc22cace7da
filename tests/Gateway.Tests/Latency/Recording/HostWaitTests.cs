using System.Collections.Immutable;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Latency.Recording;

namespace RemoteChain.Gateway.Tests.Latency.Recording;

/// <summary>The wait for a host, divided between hops by scripted echoes.</summary>
public sealed class HostWaitTests
{
    const long Wait = 1000;

    sealed record Hop(int Number, string Word, string Name) : HopLayer(Number)
    {
        public override string Kind => Word;

        public override string Summary => Name;
    }

    sealed record Inner(int Number, string Word, string Name) : DesktopLayer(Number)
    {
        public override string Kind => Word;

        public override string Summary => Name;
    }

    static RdpLayer Rdp(int number, string host = "desk") => new(number, host, 3389, null, RdpSecurity.Any, true, null, null);

    static ChainStages Stages(params Layer[] layers) => new(new Chain("a", "", [], layers));

    static readonly ChainStages s_chain = Stages(new Hop(1, "vpn", "site"), new Hop(2, "relay", "far"), Rdp(3));

    static ImmutableArray<StageTime> Divide(ChainStages stages, TransportEstimate? host, params HopReading[] hops)
    {
        var times = ImmutableArray.CreateBuilder<StageTime>();
        HostWait.Divide(times, Wait, [.. hops], host, stages);
        var all = times.ToImmutable();
        Assert.Equal(Wait, all.Sum(time => time.Nanos));
        Assert.All(all, time => Assert.InRange(time.Nanos, time.LowNanos, time.HighNanos));
        Assert.All(all, time => Assert.InRange(time.LowNanos, 0, Wait));
        Assert.All(all, time => Assert.InRange(time.HighNanos, 0, Wait));
        return all;
    }

    static string Shown(ImmutableArray<StageTime> times) =>
        string.Join(", ", times.Select(time => $"{time.Key.Layer} {time.Key}={time.Nanos}[{time.LowNanos},{time.HighNanos}]{time.Grade.Letter()}"));

    [Fact]
    public void Divide_EveryHopAnswers_EachAddsItsRoundTripLessTheOneBefore() => Assert.Equal(
        "2 vpn site/transport=200[190,220]E, 3 relay far/transport=250[220,320]E, 3 relay far/inside=50[40,60]D, "
        + "4 rdp desk/transport=100[0,150]E, 4 rdp desk/host=400[370,430]D",
        Shown(Divide(s_chain, new(600, 570, 630), new(1, new(200, 190, 220)), new HopReading(2, new(450, 440, 510), new(50, 40, 60)))));

    [Fact]
    public void Divide_GatewayIsWritten_LayersKeepTheirNumbers()
    {
        var stages = Stages(GatewayLayer.Default with { Number = 1 }, new DirectLayer(2, TimeSpan.FromSeconds(1)), new Hop(3, "vpn", "site"), Rdp(4));
        Assert.Equal("3 vpn site/transport=200[200,200]E, 4 rdp desk/transport=100[100,100]E, 4 rdp desk/host=700[700,700]D",
            Shown(Divide(stages, new(300, 300, 300), new HopReading(3, new(200, 200, 200)))));
    }

    [Fact]
    public void Divide_HopNeverAnswered_IsOneBarWithTheNextLayer() => Assert.Equal(
        "3 vpn site + relay far/transport=500[490,560]P, 4 rdp desk/transport=100[10,140]E, 4 rdp desk/host=400[370,430]D",
        Shown(Divide(s_chain, new(600, 570, 630), new HopReading(1, null, IsSilent: true), new HopReading(2, new(500, 490, 560)))));

    [Fact]
    public void Divide_HopMissedItsAnswersLately_LeavesItsTimeInTheNextLayerAndOpen() => Assert.Equal(
        "3 relay far/transport=500[0,560]P, 4 rdp desk/transport=100[10,140]E, 4 rdp desk/host=400[370,430]D",
        Shown(Divide(s_chain, new(600, 570, 630), new HopReading(1, null), new HopReading(2, new(500, 490, 560)))));

    [Fact]
    public void Divide_HostCannotBeAskedBehindAStream_PoolsTheRestOfTheWayWithIt() => Assert.Equal(
        "2 ssh jump/transport=300[280,350]E, 3 rdp desk/host=700[650,720]P",
        Shown(Divide(Stages(new Hop(1, "ssh", "jump"), Rdp(2)), null, new HopReading(1, new(300, 280, 350)))));

    [Fact]
    public void Divide_NothingAnswers_IsOneBarOfAllLayers() => Assert.Equal(
        "4 vpn site + relay far + rdp desk/host=1000[1000,1000]P", Shown(Divide(s_chain, null)));

    [Fact]
    public void Divide_LayersInsideTheDesktop_AreOneBarWithIt() => Assert.Equal(
        "2 vpn site/transport=200[190,220]E, 3 rdp west/transport=100[50,130]E, 3 rdp west + nested east + runtime xterm/host=700[680,730]P",
        Shown(Divide(
            Stages(new Hop(1, "vpn", "site"), Rdp(2, "west"), new Inner(3, "nested", "east"), new Inner(4, "runtime", "xterm")),
            new(300, 270, 320), new HopReading(1, new(200, 190, 220)))));

    // Whatever is in front of the host takes no longer than the way to the host.
    [Fact]
    public void Divide_EchoOfAHopIsSlowerThanTheHosts_IsHeldUpElsewhere() => Assert.Equal(
        "2 vpn site/transport=300[300,330]E, 3 rdp desk/transport=0[0,30]E, 3 rdp desk/host=700[670,700]D",
        Shown(Divide(Stages(new Hop(1, "vpn", "site"), Rdp(2)), new(300, 290, 330), new HopReading(1, new(800, 780, 900)))));

    [Fact]
    public void Divide_EchoesLongerThanTheWait_LeaveNothingNegative() => Assert.Equal(
        "2 vpn site/transport=1000[900,1000]E, 3 relay far/transport=0[0,100]E, 3 relay far/inside=0[0,100]D, 4 rdp desk/transport=0[0,0]E, "
        + "4 rdp desk/host=0[0,0]D",
        Shown(Divide(s_chain, new(9000, 8000, 9999), new(1, new(4000, 900, 5000)), new HopReading(2, new(5000, 900, 6000), new(3000, 2000, 4000)))));

    [Fact]
    public void Divide_OneHopBecomesSlower_OnlyItsOwnStageGrows()
    {
        static ImmutableArray<StageTime> Slower(long vpn, long relay, long host) => Divide(s_chain, new(300 + host, 290, 810),
            new(1, new(100 + vpn, 95, 605)), new HopReading(2, new(180 + relay, 175, 685), new(20, 20, 20)));
        var before = Slower(0, 0, 0);
        string Grown(ImmutableArray<StageTime> after) =>
            string.Join(", ", before.Zip(after).Where(pair => pair.First.Nanos < pair.Second.Nanos).Select(pair => pair.First.Key.ToString()));
        Assert.Equal("vpn site/transport", Grown(Slower(500, 500, 500)));
        Assert.Equal("relay far/transport", Grown(Slower(0, 500, 500)));
        Assert.Equal("rdp desk/transport", Grown(Slower(0, 0, 500)));
    }

    [Fact]
    public void JointName_ManyLongNames_FitsIntoWhatCanBeKept()
    {
        string name = JointName.Of([.. Enumerable.Range(0, 30).Select(number => $"vpn {number} {new string('x', 90)}")]);
        Assert.InRange(name.Length, 60, JointName.CharsMax);
        Assert.Contains(" + 28 more + ", name);
    }
}
