using RemoteChain.Gateway.Latency.Probes;

namespace RemoteChain.Gateway.Tests.Latency.Probes;

public sealed class HostTransportTests
{
    const long Second = 1_000_000_000;
    const long Milli = 1_000_000;

    [Fact]
    public void Estimate_NothingMeasured_IsNull() => Assert.Null(new HostTransport().Estimate(Second));

    [Fact]
    public void Estimate_OnlyTheKernelsFigures_IsNullButHasAFloor()
    {
        var way = new Way(wayMillis: 10);
        way.Live(seconds: 20, echoes: false);

        Assert.Null(way.Transport.Estimate(way.NowNanos));
        Assert.Equal(10 * Milli, way.Transport.FloorNanos(way.NowNanos));
    }

    [Fact]
    public void Estimate_MeasurementStopped_IsNullAgain()
    {
        var way = new Way(wayMillis: 10);
        way.Live(seconds: 20);

        Assert.NotNull(way.Transport.Estimate(way.NowNanos));
        Assert.Null(way.Transport.Estimate(way.NowNanos + EchoWindow.WindowNanos + Second));
    }

    [Theory]
    [InlineData(0.2, 0)]
    [InlineData(0.2, 15)]
    [InlineData(10, 25)]
    [InlineData(80, 5)]
    public void Estimate_SteadyWay_IsTheEchoWhateverTheHostTakes(double wayMillis, double hostMillis)
    {
        var way = new Way(wayMillis) { HostMillis = hostMillis };
        way.Live(seconds: 60);

        var estimate = way.Now();
        Assert.Equal(wayMillis, estimate.Nanos / (double)Milli, tolerance: 0.001);
        Assert.Equal(TransportDoubt.None, estimate.Doubt);
        Assert.InRange(estimate.Nanos, estimate.LowNanos, estimate.HighNanos);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(100)]
    public void Estimate_WayBecomesLonger_FollowsWithinTheWindow(double addedMillis)
    {
        var way = new Way(wayMillis: 10) { HostMillis = 15 };
        way.Live(seconds: 60);
        way.WayMillis += addedMillis;
        way.Live(seconds: 8);

        Assert.Equal(10 + addedMillis, way.Now().Nanos / (double)Milli, tolerance: 0.001);
        Assert.NotEqual(TransportDoubt.EchoSlower, way.Now().Doubt);
    }

    [Theory]
    [InlineData(2, 180)]
    [InlineData(5, 60)]
    [InlineData(20, 20)]
    public void Estimate_WayBecomesLonger_IsBeyondDoubtInTime(double addedMillis, int seconds)
    {
        var way = new Way(wayMillis: 10) { HostMillis = 15 };
        way.Live(seconds: 60);
        way.WayMillis += addedMillis;
        way.Live(seconds);

        Assert.Equal(10 + addedMillis, way.Now().Nanos / (double)Milli, tolerance: 0.001);
        Assert.Equal(10 + addedMillis, way.Now().LowNanos / (double)Milli, tolerance: 0.001);
        Assert.Equal(TransportDoubt.None, way.Now().Doubt);
    }

    [Fact]
    public void Estimate_WayBecomesShorter_FollowsWithinTheWindow()
    {
        var way = new Way(wayMillis: 30) { HostMillis = 15 };
        way.Live(seconds: 60);
        way.WayMillis = 10;
        way.Live(seconds: 8);

        Assert.Equal(10 * Milli, way.Now().Nanos);
    }

    // The must-show: what delays only the probe may not move time from the host to the network.
    [Theory]
    [InlineData(0.2, 20)]
    [InlineData(0.2, 100)]
    [InlineData(10, 10)]
    [InlineData(10, 100)]
    public void Estimate_OnlyTheEchoesBecomeSlower_StaysAndDoubts(double wayMillis, double addedMillis)
    {
        var way = new Way(wayMillis) { HostMillis = 15 };
        way.Live(seconds: 120);
        way.IcmpAddedMillis = addedMillis;
        for (int i = 0; i < 60; i++)
        {
            way.Live(seconds: 1);
            // Two echoes are still the median of what was before.
            Assert.Equal(wayMillis, way.Now().Nanos / (double)Milli, tolerance: 0.5);
        }

        Assert.Equal(TransportDoubt.EchoSlower, way.Now().Doubt);
        Assert.InRange(way.Now().HighNanos / (double)Milli, wayMillis + addedMillis - 0.001, wayMillis + addedMillis + 0.001);
    }

    // Both kinds of echo beside the connection may share a way that the connection does not go.
    [Theory]
    [InlineData(2, 15)]
    [InlineData(5, 15)]
    [InlineData(2, 3)]
    public void Estimate_EchoesSlowerByLessThanTheHostVaries_IntervalHoldsTheWayUntilTheFigureDoes(double addedMillis, double hostMillis)
    {
        var way = new Way(wayMillis: 0.2) { HostMillis = hostMillis, Refusals = true };
        way.Live(seconds: 120);
        (way.IcmpAddedMillis, way.RefusalsAddedMillis) = (addedMillis, addedMillis);
        for (int i = 0; i < 240; i++)
        {
            way.Live(seconds: 1);
            Assert.InRange(way.WayMillis * Milli, way.Now().LowNanos - (Milli / 2), way.Now().HighNanos);
        }

        Assert.Equal(0.2, way.Now().Nanos / (double)Milli, tolerance: 0.5);
        Assert.Equal(TransportDoubt.EchoSlower, way.Now().Doubt);
    }

    [Fact]
    public void Estimate_EchoesBesideTheConnectionBecomeSlower_TheOneInsideItCounts()
    {
        var way = new Way(wayMillis: 0.2) { HostMillis = 40, Refusals = true, Shutdowns = true };
        way.Live(seconds: 30);
        (way.IcmpAddedMillis, way.RefusalsAddedMillis) = (2, 2);
        for (int i = 0; i < 60; i++)
        {
            way.Live(seconds: 1);
            Assert.Equal(0.2, way.Now().Nanos / (double)Milli, tolerance: 0.2);
        }

        Assert.Equal(TransportDoubt.EchoSlower, way.Now().Doubt);
    }

    [Fact]
    public void Estimate_EchoSlowFromTheStart_IsDeniedByTheAcknowledgements()
    {
        var way = new Way(wayMillis: 1) { HostMillis = 0, IcmpAddedMillis = 20 };
        way.Live(seconds: 20);

        var estimate = way.Now();
        Assert.Equal(TransportDoubt.EchoSlower, estimate.Doubt);
        Assert.InRange(estimate.Nanos / (double)Milli, 0.9, 1.1);
        Assert.Equal(21 * Milli, estimate.HighNanos);
    }

    [Fact]
    public void Estimate_OneKindBecomesSlower_TheOtherCounts()
    {
        var way = new Way(wayMillis: 10) { HostMillis = 40, Refusals = true };
        way.Live(seconds: 30);
        way.IcmpAddedMillis = 5;
        way.Live(seconds: 30);

        Assert.Equal(10 * Milli, way.Now().Nanos);
        Assert.Equal(15 * Milli, way.Now().HighNanos);
        Assert.Equal(TransportDoubt.EchoSlower, way.Now().Doubt);
    }

    [Fact]
    public void Estimate_WayBecomesLongerWithAnEchoInsideTheConnection_IsBeyondDoubtAtOnce()
    {
        var way = new Way(wayMillis: 10) { HostMillis = 40, Shutdowns = true };
        way.Live(seconds: 60);
        (way.WayMillis, way.HostMillis) = (12, 38);
        way.Live(seconds: 10);

        Assert.Equal(12 * Milli, way.Now().Nanos);
        Assert.Equal(TransportDoubt.None, way.Now().Doubt);
    }

    [Fact]
    public void Estimate_BusyMachineWithLateEchoes_StillTellsWhoseDelayItIs()
    {
        foreach (bool probesOnly in new[] { false, true })
        {
            var way = new Way(wayMillis: 0.2) { HostMillis = 3, LateMillis = 8 };
            way.Live(seconds: 120);
            (way.WayMillis, way.IcmpAddedMillis) = probesOnly ? (0.2, 5) : (5.2, 0);
            way.Live(seconds: 60);

            Assert.Equal(probesOnly ? TransportDoubt.EchoSlower : TransportDoubt.None, way.Now().Doubt);
            Assert.Equal(way.WayMillis, way.Now().Nanos / (double)Milli, tolerance: 0.5);
        }
    }

    [Fact]
    public void Estimate_SomethingNearerAnswersTheEchoes_DoubtsUpToTheFloor()
    {
        var way = new Way(wayMillis: 30) { IcmpAddedMillis = -29 };
        way.Live(seconds: 20);

        Assert.Equal(TransportDoubt.EchoFaster, way.Now().Doubt);
        Assert.InRange(30 * Milli, way.Now().LowNanos, way.Now().HighNanos);
    }

    [Fact]
    public void Estimate_MostEchoesLost_IsNull()
    {
        var transport = new HostTransport();
        for (int i = 0; i < 6; i++)
        {
            if (i % 3 == 0)
            {
                transport.Add(EchoKind.Icmp, i * Second, Milli);
            }
            else
            {
                transport.AddLost(EchoKind.Icmp, i * Second);
            }
        }

        Assert.Null(transport.Estimate(6 * Second));
    }

    /// <summary>A host in arithmetic: four inputs a second whose acknowledgements ride on its answers, and echoes once a second.</summary>
    sealed class Way(double wayMillis)
    {
        readonly Random _random = new(5);
        double _smoothed;
        double _floor = double.MaxValue;
        long _delivered;
        int _echoes;

        public HostTransport Transport { get; } = new();

        public double WayMillis { get; set; } = wayMillis;

        public double HostMillis { get; set; }

        public double IcmpAddedMillis { get; set; }

        /// <summary>By how much every sixth echo is late.</summary>
        public double LateMillis { get; init; }

        public double RefusalsAddedMillis { get; set; }

        public bool Refusals { get; init; }

        public bool Shutdowns { get; init; }

        public long NowNanos { get; private set; }

        public TransportEstimate Now() => Transport.Estimate(NowNanos) ?? throw new InvalidOperationException("no estimate");

        public void Live(int seconds, bool echoes = true)
        {
            for (int i = 0; i < seconds; i++)
            {
                for (int input = 0; input < 4; input++)
                {
                    // Not evenly: hosts answer when they are ready, and now and then at once.
                    double host = _delivered % 16 == 0 ? 0 : HostMillis * (0.8 + (0.4 * _random.NextDouble()));
                    double taken = (WayMillis + host) * Milli;
                    _smoothed = _delivered++ == 0 ? taken : (_smoothed * 7 / 8) + (taken / 8);
                    _floor = Math.Min(_floor, taken);
                }

                NowNanos += Second;
                Transport.Observe(new TcpFigures(NowNanos, (long)_smoothed, (long)_floor, _delivered, _delivered));
                if (echoes)
                {
                    Transport.Add(EchoKind.Icmp, NowNanos, (long)((WayMillis + IcmpAddedMillis + (++_echoes % 6 == 0 ? LateMillis : 0)) * Milli));
                }

                if (Refusals && i % 2 == 0)
                {
                    Transport.Add(EchoKind.TcpRefusal, NowNanos, (long)((WayMillis + RefusalsAddedMillis) * Milli));
                }

                if (Shutdowns && i % 2 == 0)
                {
                    Transport.Add(EchoKind.ShutdownRequest, NowNanos, (long)((WayMillis + 0.1) * Milli));
                }
            }
        }
    }
}
