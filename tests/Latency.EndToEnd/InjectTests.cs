using FreeRdp;
using RemoteChain.Harness;
using Xunit.Abstractions;

namespace RemoteChain.Latency.EndToEnd;

/// <summary>
/// Injected faults are as large as they say: a client outside of everything times key to picture, with and without them, in turn.
/// </summary>
public sealed class InjectTests(ITestOutputHelper output) : IAsyncLifetime
{
    const byte KeyX = 0x2D, KeyBackspace = 0x0E;
    const int Probes = 12;
    const double DelayMillis = 40;

    // The host paints in frames of its own, up to 40 ms apart.
    const double TooLittle = DelayMillis - 8, TooMuch = DelayMillis + 25;

    NodeProcess _node = null!;
    Lab _lab = null!;

    public async Task InitializeAsync()
    {
        if (Lab.Missing is not null) return;
        _lab = Lab.Open();
        _node = await NodeProcess.StartAtAsync("0.0.0.0", null, "--lab-faults");
        await _node.AddHostAsync("desk", _lab, "desk-1", "u02");
    }

    public async Task DisposeAsync()
    {
        if (_node is not null) await _node.DisposeAsync();
    }

    [LabFact]
    public Task Inject_EachStageOfTheGateway_IsWaitedForAndCounted() => OneThread.Run(async () =>
    {
        Assert.Contains("WARNING: this node obeys `remotechain inject`", _node.Output);
        using var viewer = Open();
        Floor(viewer);
        foreach (string stage in (string[])["receive", "forward", "decode", "publish", "picture-queue", "encode"])
        {
            double before = Floor(viewer);
            Assert.True(before < DelayMillis, $"the fault before {stage} has stayed: {before} ms");
            using var fault = InjectedFault.Begin(_node, $"gateway/{stage}", "--delay", $"{DelayMillis}ms");
            double during = Floor(viewer);
            using var listed = await _node.GetAsync("faults");
            var account = listed.RootElement[0].GetProperty("account");
            output.WriteLine($"{stage}: {before:0.0} → {during:0.0} ms; {fault.End().Trim()}");

            Assert.InRange(during - before, TooLittle, TooMuch);
            Assert.True(account.GetProperty("delayed").GetInt32() >= Probes, listed.RootElement.ToString());
            // A mean, which a busy machine makes longer: more than half of it too much would be a second wait.
            Assert.InRange(account.GetProperty("waitedMillis").GetDouble() / account.GetProperty("delayed").GetInt32(), DelayMillis, 1.5 * DelayMillis);
        }
    });

    [LabFact]
    public void Inject_CableToTheHost_IsLongerForSessionAndEchoAndThenAsBefore()
    {
        string address = _lab.Hosts["desk-1"].Address;
        using var viewer = Open();
        Floor(viewer);
        foreach (string direction in (string[])["both", "up", "down"])
        {
            double before = Floor(viewer), echoBefore = Echo(address);
            using var fault = InjectedFault.Begin(_node, "network", "--on", "desk-1", "--delay", $"{DelayMillis}ms", "--direction", direction, "--lab", _lab.File);
            double during = Floor(viewer), echoDuring = Echo(address);
            output.WriteLine($"{direction}: key {before:0.0} → {during:0.0} ms, echo {echoBefore:0.00} → {echoDuring:0.00} ms; {fault.End().Trim()}");

            Assert.InRange(echoDuring - echoBefore, DelayMillis - 0.2, DelayMillis + 5);
            Assert.InRange(during - before, TooLittle, TooMuch);
            Assert.InRange(Echo(address), 0, DelayMillis / 2);
            Assert.Null(viewer.Ended);
        }
    }

    [LabFact]
    public void Inject_ProbesOnly_IsFeltByEchoesAndByNobodyElse()
    {
        string address = _lab.Hosts["desk-1"].Address;
        using var viewer = Open();
        Floor(viewer);
        double before = Floor(viewer);
        using var fault = InjectedFault.Begin(_node, "network", "--on", "desk-1", "--delay", $"{DelayMillis}ms", "--probes-only", "--lab", _lab.File);

        Assert.InRange(Echo(address), DelayMillis, DelayMillis + 5);
        Assert.InRange(Floor(viewer) - before, -TooLittle / 2, TooLittle / 2);
    }

    [LabFact]
    public void Inject_CommandKilled_TakesItsCableAlong()
    {
        string address = _lab.Hosts["desk-1"].Address;
        using var viewer = Open();
        using (var fault = InjectedFault.Begin(_node, "network", "--on", "desk-1", "--delay", $"{DelayMillis}ms", "--lab", _lab.File)) fault.Kill();

        Assert.InRange(Echo(address), 0, DelayMillis / 2);
        Assert.True(Floor(viewer) < DelayMillis);
    }

    [LabFact]
    public void Inject_CableToTheUser_IsLonger()
    {
        using var socket = Seat.Dial(_lab.SeatProcess, _lab.SeatGateway, _node.RdpPort);
        using var viewer = Ready(Viewer.Connect(socket, _lab.SeatGateway, SignIn));
        Floor(viewer);
        double before = Floor(viewer);
        using var fault = InjectedFault.Begin(_node, "user", "--delay", $"{DelayMillis}ms", "--port", $"{_node.RdpPort}", "--lab", _lab.File);
        double during = Floor(viewer);
        output.WriteLine($"key {before:0.0} → {during:0.0} ms; {fault.End().Trim()}");

        Assert.InRange(during - before, TooLittle, TooMuch);
        Assert.Null(viewer.Ended);
    }

    [LabFact]
    public Task Inject_SlowApplication_AnswersThatMuchLater() => OneThread.Run(async () =>
    {
        await _node.AddHostAsync("slow", _lab, "desk-1", "u03");
        using var viewer = Open("slow");
        await _lab.CommandAsync("run", "desk-1", "u03", "slow");
        NodeFixture.Settle(viewer);
        Floor(viewer);
        double before = Floor(viewer);
        using var fault = InjectedFault.Begin(_node, "host", "--on", "desk-1", "--user", "u03", "--delay", $"{DelayMillis}ms", "--lab", _lab.File);
        double during = Floor(viewer);
        string said = fault.End();
        output.WriteLine($"key {before:0.0} → {during:0.0} ms; {said.Trim()}");

        Assert.InRange(during - before, TooLittle, TooMuch);
        Assert.Matches(@"\d+ keys came to the program, \d+ were answered late: 4\d\.\d+ ms on average", said);
    });

    Viewer Open(string chain = "desk") => Ready(Viewer.Connect("127.0.0.1", _node.RdpPort, options => SignIn(options) with
    {
        User = $"{NodeProcess.Admin}#{chain}",
    }));

    static Viewer Ready((Viewer? Viewer, RdpFailure? Failure) connected)
    {
        Assert.True(connected.Viewer is not null, $"{connected.Failure}");
        NodeFixture.Settle(connected.Viewer);
        return connected.Viewer;
    }

    RdpClientOptions SignIn(RdpClientOptions options) =>
        options with { User = $"{NodeProcess.Admin}#desk", Password = _node.AdminPassword, Security = RdpSecurity.Tls };

    static double Echo(string address) => IcmpEcho.Measure(address, 20, TimeSpan.FromMilliseconds(5)).P50!.Value;

    /// <summary>Key to picture in milliseconds when nothing comes in between: the second shortest. A constant fault moves it by what it is,
    /// and other users of the machine move it little.</summary>
    static double Floor(Viewer viewer)
    {
        var nanos = new List<long>();
        for (int i = 0; i < Probes; i++)
        {
            byte key = i % 2 == 0 ? KeyX : KeyBackspace;
            long paints = viewer.Paints, pressed = viewer.Press(key);
            Assert.True(viewer.Pump(TimeSpan.FromSeconds(5), () => viewer.Paints != paints), $"no picture answered; {viewer.Ended}");
            nanos.Add(viewer.PaintedNanos - pressed);
            viewer.Release(key);
            viewer.Settle(TimeSpan.FromMilliseconds(120), TimeSpan.FromSeconds(2));
        }

        return nanos.Order().ElementAt(1) / 1e6;
    }
}
