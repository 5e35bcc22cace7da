using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Probes;

public sealed class KeyProbeTests : IDisposable
{
    const int Space = 0x39, Backspace = 0x0E;
    const double Hurry = 100;

    readonly Bell _bell = Bell.Create();
    readonly List<(int Key, bool Released)> _strokes = [];

    public void Dispose() => _bell.Dispose();

    [Fact]
    public async Task RunAsync_NobodyAtWork_PressesReleasesAndTakesBack()
    {
        using var probe = new KeyProbe(Space, Backspace, 2, _bell, Hurry);
        var ids = await RunAsync(probe, static () => 0, answers: true);

        Assert.Equal(
            [(Space, false), (Space, true), (Backspace, false), (Backspace, true), (Space, false), (Space, true), (Backspace, false), (Backspace, true)],
            _strokes);
        Assert.All(ids, id => Assert.Equal(KeyProbe.FrontNumber, (int)(id >> 48)));
        var report = probe.Report;
        Assert.Equal((false, 2, "", 5_000_000L), (report.Running, report.Wanted, report.Ending, report.MedianNanos));
        Assert.All(report.Presses, press => Assert.True(press.LateNanos >= 0));
    }

    [Fact]
    public async Task RunAsync_NoAnswer_IsALowerBoundAndNoGap()
    {
        using var probe = new KeyProbe(Space, 0, 1, _bell, Hurry);
        await RunAsync(probe, static () => 0, answers: false);

        Assert.Equal([(Space, false), (Space, true)], _strokes);
        var press = Assert.Single(probe.Report.Presses);
        Assert.Null(press.Nanos);
        Assert.InRange(press.WaitedNanos, 1, KeyProbe.PatienceNanos);
        Assert.Null(probe.Report.MedianNanos);
    }

    [Fact]
    public async Task RunAsync_SomebodyAtWork_PressesNothing()
    {
        using var probe = new KeyProbe(Space, Backspace, 5, _bell, Hurry);
        await RunAsync(probe, MonotonicClock.NowNanos, answers: true);

        Assert.Empty(_strokes);
        Assert.Equal("a user is at work", probe.Report.Ending);
    }

    // What was typed meanwhile stands where the probe's own character was: taking that back is not the probe's business any more.
    [Fact]
    public async Task RunAsync_UserComesBackAfterThePress_TakesNothingBack()
    {
        using var probe = new KeyProbe(Space, Backspace, 5, _bell, Hurry);
        long user = 0;
        using var reader = OpenReader(probe);
        var running = probe.RunAsync(() => Volatile.Read(ref user), now => Volatile.Write(ref user, now + 1), default);
        await running;
        Drain(reader);

        Assert.Equal([(Space, false), (Space, true)], _strokes);
        Assert.Equal("a user came back", probe.Report.Ending);
    }

    [Fact]
    public async Task RunAsync_DesktopLost_EndsAtOnce()
    {
        using var probe = new KeyProbe(Space, Backspace, 5, _bell, Hurry);
        using var lost = new CancellationTokenSource();
        await lost.CancelAsync();
        await probe.RunAsync(static () => 0, static _ => { }, lost.Token);

        Assert.Equal((false, "the desktop was lost"), (probe.Report.Running, probe.Report.Ending));
    }

    [Theory]
    [InlineData(new long[] { 3, 1, 2 }, 1L, 2L, 3L)]
    [InlineData(new long[] { 3, -1, 1 }, 1L, 3L, null)]
    [InlineData(new long[] { -1, -1, 1 }, 1L, null, null)]
    [InlineData(new long[] { }, null, null, null)]
    public void Report_PressesWithoutAnswer_CountAsLongest(long[] nanos, long? min, long? median, long? max)
    {
        var report = KeyProbeReport.Of(false, nanos.Length, "", [.. nanos.Select(n => new KeyPress(0, n < 0 ? null : n, 5))]);
        Assert.Equal((min, median, max), (report.MinNanos, report.MedianNanos, report.MaxNanos));
    }

    async Task<List<ulong>> RunAsync(KeyProbe probe, Func<long> userInput, bool answers)
    {
        using var reader = OpenReader(probe);
        var running = probe.RunAsync(userInput, static _ => { }, default);
        await running;
        var ids = Drain(reader);
        if (answers) probe.Take([.. ids.Select(SampleOf)]);
        return ids;
    }

    static InputRingReader OpenReader(KeyProbe probe)
    {
        Assert.True(InputRingReader.TryOpen(probe.Input, KeyProbe.FrontNumber, out var reader));
        return reader;
    }

    List<ulong> Drain(InputRingReader reader)
    {
        List<ulong> ids = [];
        while (reader.TryRead(out var input) == InputRead.Entry)
        {
            _strokes.Add((input.A, !input.IsPress));
            ids.Add(input.Id);
        }

        return ids;
    }

    static Sample SampleOf(ulong id)
    {
        var key = new StageKey(2, "rdp", Stage.Host);
        return new Sample(id, InputKind.Scancode, Load.Idle, SampleOrigin.Probe, DateTimeOffset.UnixEpoch,
            ImmutableArray.Create(StageTime.Measured(key, 5_000_000)));
    }
}
