using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Tests.Latency.Statistics;

public sealed class ComparisonTests
{
    private const int SamplesASide = 300;
    private static readonly int[] s_unpaced = [0, 1, 2, 3, 4, 5, 6, 8, 9, 11];
    private static readonly int[] s_paced = [SimulatedChain.Host, SimulatedChain.PictureQueue];

    [Theory]
    [InlineData(2, 0.95, 0.5)]
    [InlineData(5, 1, 0.5)]
    [InlineData(20, 1, 1)]
    [InlineData(100, 1, 5)]
    public void Of_ConstantFault_NamesTheStageAndItsSize(double millis, double share, double errorMillis)
    {
        int right = 0, runs = 40;
        var errors = new List<double>();
        for (int run = 0; run < runs; run++)
        {
            int stage = s_unpaced[run % s_unpaced.Length];
            var found = Inject(run, new Fault(stage, millis));
            if (found.Changes is [{ Shape: ChangeShape.Constant } first, ..] && Names(first, stage))
            {
                right++;
                errors.Add(Math.Abs(first.Size.Nanos / 1e6 - millis));
            }
        }

        Assert.True(right >= share * runs, $"{right} of {runs} right");
        double large = errors.Order().ElementAt(errors.Count * 9 / 10);
        Assert.True(large <= errorMillis, $"p90 of the errors {large:F2} ms");
    }

    [Fact]
    public void Of_SmallFaultBehindAFrameClock_LooksThereFirst()
    {
        int first = Enumerable.Range(0, 40).Count(run => Names(Inject(run, new Fault(s_paced[run % 2], 2)).Leading!, s_paced[run % 2]));
        Assert.True(first >= 37, $"{first} of 40");
    }

    [Fact]
    public void Of_LargerFaultBehindAFrameClock_NamesIt()
    {
        int right = Enumerable.Range(0, 40).Count(run =>
            Inject(run, new Fault(s_paced[run % 2], 5)).Changes is [var change, ..] && Names(change, s_paced[run % 2]));
        Assert.True(right >= 39, $"{right} of 40");
    }

    [Theory]
    [InlineData(FaultShape.Intermittent, 20, ChangeShape.Intermittent, 0.9)]
    [InlineData(FaultShape.Jitter, 5, ChangeShape.Jitter, 1)]
    public void Of_OtherShapes_NamesStageAndShape(FaultShape shape, double millis, ChangeShape expected, double share)
    {
        int runs = 40;
        int right = Enumerable.Range(0, runs).Count(run =>
        {
            int stage = s_unpaced[run % s_unpaced.Length];
            return Inject(run, new Fault(stage, millis, shape)).Changes is [var change, ..] && Names(change, stage) && change.Shape == expected;
        });
        Assert.True(right >= share * runs, $"{right} of {runs}");
    }

    [Fact]
    public void Of_TwoFaults_NamesBoth()
    {
        for (int run = 0; run < 10; run++)
        {
            var found = Inject(run, new Fault(1, 5), new Fault(8, 20));
            Assert.True(Names(found.Changes[0], 8), found.Changes[0].ToString());
            Assert.True(Names(found.Changes[1], 1), found.Changes[1].ToString());
        }
    }

    [Fact]
    public void Of_Faster_IsNegative()
    {
        var chain = new SimulatedChain(9);
        var before = chain.Take(SamplesASide, new Fault(8, 5));
        var change = Assert.Single(Comparison.Of(before, chain.Take(SamplesASide)).Changes);
        Assert.True(Names(change, 8));
        Assert.InRange(change.Size.Nanos, -5.5e6, -4.5e6);
        Assert.True(change.Size.HighNanos < 0);
    }

    [Fact]
    public void Of_Sham_RaisesNoAlarmAndHardlyNamesAnything()
    {
        var chain = new SimulatedChain(11);
        int named = 0, runs = 100;
        var before = chain.Take(SamplesASide);
        for (int run = 0; run < runs; run++)
        {
            var after = chain.Take(SamplesASide);
            var found = Comparison.Of(before, after);
            Assert.DoesNotContain(found.Changes, change => change.Certainty == Certainty.Certain);
            Assert.NotNull(found.Leading);
            named += found.Changes.IsEmpty ? 0 : 1;
            before = after;
        }

        Assert.True(named <= 5, $"{named} of {runs}");
    }

    [Fact]
    public void Of_SmallerThanTheEstimatesAreGood_NamesTheSetAndNeverSplitsIt()
    {
        for (int run = 0; run < 12; run++)
        {
            var change = Assert.Single(Inject(new SimulatedChain(run) { UnknownMillis = 6 }, new Fault(run % 2 == 0 ? 5 : 6, 5)).Changes);
            Assert.True(change.IsPooled);
            Assert.Equal(3, change.Parts.Length);
            Assert.InRange(change.Size.Nanos, 2e6, 8e6);
        }
    }

    [Fact]
    public void Of_LargerThanTheEstimatesAreWrong_NamesTheStage()
    {
        var found = Inject(new SimulatedChain(4) { UnknownMillis = 6 }, new Fault(SimulatedChain.Host, 100));
        Assert.True(Names(found.Changes[0], SimulatedChain.Host), found.Changes[0].ToString());
    }

    [Fact]
    public void Of_FaultInTheProbePathOnly_NamesNothing()
    {
        var chain = new SimulatedChain(6) { UnknownMillis = 1 };
        var before = chain.Take(SamplesASide);
        var after = chain.Take(SamplesASide).Select(sample => Move(sample, from: SimulatedChain.Host, to: 6, 10_000_000)).ToList();
        Assert.Empty(Comparison.Of(before, after).Changes);
    }

    [Fact]
    public void Of_PooledHost_NamesTheWayToItAsWell()
    {
        var chain = new SimulatedChain(7);
        var before = chain.Take(SamplesASide).ConvertAll(Pool);
        var after = chain.Take(SamplesASide, new Fault(SimulatedChain.Host, 20)).ConvertAll(Pool);
        var change = Assert.Single(Comparison.Of(before, after).Changes);
        Assert.Equal("rdp desk-1/transport + rdp desk-1/host", change.ToString());
        Assert.Equal("rdp desk-1", change.Layer.ToString());
    }

    // A hop that answers, and behind it a host that cannot be asked.
    [Theory]
    [InlineData(5, "vpn site/transport")]
    [InlineData(6, "rdp desk-1/transport + rdp desk-1/host")]
    [InlineData(SimulatedChain.Host, "rdp desk-1/transport + rdp desk-1/host")]
    public void Of_PooledHostBehindAHop_AccusesOnlyWhoCanBeMeant(int stage, string expected)
    {
        var chain = new SimulatedChain(8);
        var before = chain.Take(SamplesASide).ConvertAll(PoolBehindHop);
        var after = chain.Take(SamplesASide, new Fault(stage, 20)).ConvertAll(PoolBehindHop);
        Assert.Equal(expected, Comparison.Of(before, after).Changes[0].ToString());
    }

    [Fact]
    public void Of_LayersInsideADesktop_AreBlamedByOneNameOfAllOfThem()
    {
        const string all = "rdp desk-1 + nested desk-2 + runtime xterm";
        var chain = new SimulatedChain(9) { UnknownMillis = 0.5 };
        Sample Joint(Sample sample) => sample with
        {
            Times = sample.Times.SetItem(SimulatedChain.Host, sample.Times[SimulatedChain.Host] with { Key = new(3, all, Stage.Host), Grade = Grade.Pooled }),
        };
        var before = chain.Take(SamplesASide).ConvertAll(Joint);
        var after = chain.Take(SamplesASide, new Fault(SimulatedChain.Host, 20)).ConvertAll(Joint);
        Assert.Equal($"{all}/host", Assert.Single(Comparison.Of(before, after).Changes).ToString());
        Assert.Equal($"{all}/host", LatencySummary.Of(after).Groups.Single().Largest!.ToString());
    }

    // The middle of five echoes knows nothing of a fault that one of ten feels.
    [Theory]
    [InlineData(0, 20, "user/transport")]
    [InlineData(1, 20, "user/present")]
    [InlineData(5, 20, "vpn site/transport")]
    [InlineData(6, 20, "rdp desk-1/transport")]
    [InlineData(SimulatedChain.Host, 20, "rdp desk-1/host")]
    [InlineData(0, 100, "user/transport")]
    [InlineData(SimulatedChain.Host, 100, "rdp desk-1/host")]
    public void Of_RareFault_NamesTheWayWhoseEchoesAreRarelyLateAsWell(int stage, double millis, string expected)
    {
        int right = 0, others = 0, runs = 20;
        for (int run = 0; run < runs; run++)
        {
            var chain = new EchoedChain(run);
            var changes = Comparison.Of(chain.Take(SamplesASide), chain.Take(SamplesASide, stage, millis)).Changes;
            right += changes is [var first, ..] && first.ToString() == expected && first.Shape == ChangeShape.Intermittent ? 1 : 0;
            others += changes.Count(change => !change.Parts.Contains(Part.Of(SimulatedChain.Keys[stage])));
        }

        // Where too few windows hold a late echo, both are named; one of twenty times chance has its way.
        Assert.True(right >= runs * 7 / 10 && others <= runs / 20, $"{right} of {runs} right, {others} others");
    }

    [Theory]
    [InlineData(0.06, 30)]
    [InlineData(0.1, 30)]
    [InlineData(0.3, 100)]
    public void Of_RareFault_SaysHowLongItHoldsUpThoseItTouches(double share, double millis)
    {
        var chain = new SimulatedChain(12);
        var random = new Random(12);
        var before = chain.Take(SamplesASide);
        var after = chain.Take(SamplesASide).ConvertAll(sample => random.NextDouble() < share ? Later(sample, 8, millis) : sample);
        var change = Comparison.Of(before, after).Changes[0];
        Assert.Equal(("gateway/decode", ChangeShape.Intermittent), (change.ToString(), change.Shape));
        Assert.InRange(change.Size.Nanos / 1e6, millis * 0.9, millis * 1.1);
    }

    [Fact]
    public void Of_HostPooledOnOneSideOnly_NeverSplitsTheSet()
    {
        var chain = new SimulatedChain(10);
        var before = chain.Take(SamplesASide);
        var after = chain.Take(SamplesASide, new Fault(6, 20)).ConvertAll(PoolBehindHop);
        var change = Comparison.Of(before, after).Changes[0];
        Assert.Contains("rdp desk-1/host", change.ToString(), StringComparison.Ordinal);
        Assert.Contains("rdp desk-1/transport", change.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ManySmallChangesInOneLayer_NamesTheLayer()
    {
        var chain = new SimulatedChain(1);
        var before = chain.Take(SamplesASide).ConvertAll(Unpaced);
        var after = chain.Take(SamplesASide, [.. new[] { 2, 3, 4, 9 }.Select(stage => new Fault(stage, 0.4))]).ConvertAll(Unpaced);
        var change = Assert.Single(Comparison.Of(before, after).Changes);
        Assert.Equal("gateway", change.ToString());
    }

    [Fact]
    public void Of_UnansweredInputs_AreNotDropped()
    {
        var chain = new SimulatedChain(8);
        var before = chain.Take(SamplesASide);
        var after = chain.Take(SamplesASide).Select((sample, index) => index % 8 == 0 ? Unanswered(sample) : sample).ToList();
        var found = Comparison.Of(before, after);
        Assert.Equal((0, 38), (found.BeforeCensored, found.AfterCensored));
        Assert.True(Names(found.Changes[0], SimulatedChain.Host), found.Changes[0].ToString());
        Assert.Equal(ChangeShape.Intermittent, found.Changes[0].Shape);
    }

    [Theory]
    [InlineData(0, 300)]
    [InlineData(300, 0)]
    [InlineData(0, 0)]
    [InlineData(5, 300)]
    [InlineData(19, 19)]
    public void Of_FewOrNoSamples_NamesNothing(int before, int after)
    {
        var chain = new SimulatedChain(2);
        var found = Comparison.Of(chain.Take(before), chain.Take(after, new Fault(8, 20)));
        Assert.Empty(found.Changes);
        Assert.Equal((before, after), (found.BeforeCount, found.AfterCount));
    }

    [Fact]
    public void Of_SameSamplesTwice_AnswersTheSame()
    {
        var chain = new SimulatedChain(3);
        var (before, after) = (chain.Take(100), chain.Take(100, new Fault(8, 3)));
        Assert.Equal(string.Join('\n', Comparison.Of(before, after).Stages), string.Join('\n', Comparison.Of(before, after).Stages));
    }

    private static Comparison Inject(int seed, params Fault[] faults) => Inject(new SimulatedChain(seed), faults);

    private static Comparison Inject(SimulatedChain chain, params Fault[] faults) =>
        Comparison.Of(chain.Take(SamplesASide), chain.Take(SamplesASide, faults));

    private static bool Names(Change change, int stage) => change.Parts.Length == 1 && change.Parts[0] == Part.Of(SimulatedChain.Keys[stage]);

    private static Sample Move(Sample sample, int from, int to, long nanos) => sample with
    {
        Times = sample.Times.SetItem(from, Shift(sample.Times[from], -nanos)).SetItem(to, Shift(sample.Times[to], nanos)),
    };

    private static StageTime Shift(StageTime time, long nanos) =>
        time with { Nanos = time.Nanos + nanos, LowNanos = time.LowNanos + nanos, HighNanos = time.HighNanos + nanos };

    private static Sample Later(Sample sample, int stage, double millis) => sample with { Times = sample.Times.SetItem(stage, Shift(sample.Times[stage], (long)(millis * 1e6))) };

    private static Sample Unpaced(Sample sample) => sample with { Times = sample.Times.RemoveAt(SimulatedChain.PictureQueue) };

    private static Sample Pool(Sample sample)
    {
        var (way, host) = (sample.Times[6], sample.Times[SimulatedChain.Host]);
        return sample with
        {
            Times = sample.Times
                .SetItem(SimulatedChain.Host, new(host.Key, host.Nanos + way.Nanos, 0, host.Nanos + way.Nanos, Grade.Pooled)).RemoveAt(6),
        };
    }

    private static Sample PoolBehindHop(Sample sample)
    {
        var (hop, way, host) = (sample.Times[5], sample.Times[6], sample.Times[SimulatedChain.Host]);
        const long slack = 400_000;
        return sample with
        {
            Times = sample.Times
                .SetItem(5, hop with { LowNanos = hop.Nanos - slack, HighNanos = hop.Nanos + slack, Grade = Grade.Estimate })
                .SetItem(SimulatedChain.Host, new(
                    host.Key, host.Nanos + way.Nanos, host.Nanos + way.Nanos - slack, host.Nanos + way.Nanos + slack, Grade.Pooled)).RemoveAt(6),
        };
    }

    private static Sample Unanswered(Sample sample) => sample with
    {
        Censored = true,
        Times = [.. sample.Times.Take(SimulatedChain.Host), StageTime.Measured(SimulatedChain.Keys[SimulatedChain.Host], 2_000_000_000)],
    };
}
