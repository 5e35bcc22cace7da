using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Recording;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Latency.Recording;

/// <summary>The recorder over the real shared memory, with the worker's ends of it played by the test.</summary>
public sealed class SessionLatencyTests : IDisposable
{
    const int Front = 1, Width = 320, Height = 200;

    readonly DescriptorHandle _surface = SurfaceFile.Create(Width, Height);
    readonly DescriptorHandle _input = InputFile.Create();
    readonly DescriptorHandle _frames = FrameFile.Create();
    readonly SurfaceWriter _writer;
    readonly InputRingWriter _keys;
    readonly InputRingReader _desktop;
    readonly FrameRingWriter _front;
    readonly SessionLatency _latency;
    readonly byte[] _pixels = new byte[SurfaceGeometry.StrideOf(Width) * Height];
    uint _frame;

    public SessionLatencyTests()
    {
        _writer = new SurfaceWriter(_surface);
        _writer.Resize(Width, Height);
        _keys = new InputRingWriter(_input, Bell.Create(), Front);
        Assert.True(InputRingReader.TryOpen(_input, Front, out var desktop));
        _desktop = desktop;
        _front = new FrameRingWriter(_frames);
        _latency = new SessionLatency(ChainDocument.Parse(SampleTimesTests.Document).Chain!, _surface, TimeProvider.System);
        _latency.AddFront(Front, _input, _frames);
    }

    public void Dispose()
    {
        _latency.Dispose();
        _front.Dispose();
        _desktop.Dispose();
        _keys.Dispose();
        _writer.Dispose();
        _frames.Dispose();
        _input.Dispose();
        _surface.Dispose();
    }

    static long Now => MonotonicClock.NowNanos();

    void Press(ushort key)
    {
        Assert.Equal(InputWrite.Written, _keys.Write(new(InputKind.Scancode, 0, key, ReceivedNanos: Now), out _));
        Assert.Equal(InputRead.Entry, _desktop.TryRead(out _));
        var taken = Now;
        _desktop.Stamp(taken, Now);
        Assert.Equal(InputRead.None, _desktop.TryRead(out _));
    }

    void Paint(int x)
    {
        Publish(x, Now);
    }

    void Send(ulong lastDamage, bool acknowledge = true)
    {
        var taken = Now;
        _front.Write(++_frame, lastDamage, taken, Now, isAcknowledged: true);
        if (acknowledge) _front.Acknowledge(_frame, Now);
    }

    // The surface's own first entry is number 1; each paint of this test is one more.
    ulong _painted = 1;

    void Answer(int x)
    {
        Paint(x);
        Send(++_painted);
    }

    List<Sample> PollUntil(int count)
    {
        var samples = new List<Sample>();
        var deadline = Environment.TickCount64 + 10_000;
        while (samples.Count < count && Environment.TickCount64 < deadline)
        {
            samples.AddRange(_latency.Poll().Samples);
            Thread.Yield();
        }
        Assert.True(samples.Count >= count, $"{samples.Count} samples: {_latency.Matches} {_latency.Counts}");
        return samples;
    }

    /// <summary>The correlator wants to have seen some typing before it believes a picture to be an answer.</summary>
    void Type(int keys)
    {
        for (var i = 0; i < keys; i++)
        {
            Press(30);
            // A host's own time, without which no picture is a believable answer.
            Thread.Sleep(3);
            Answer(8 + i * 8 % 300);
            Thread.Sleep(20);
            _pending.AddRange(_latency.Poll().Samples);
        }
    }

    readonly List<Sample> _pending = [];

    [Fact]
    public void Poll_KeysAndTheirPictures_GiveSamplesWhosePartsAddUp()
    {
        var before = Now;
        Type(Keys);
        var samples = TypedSamples();
        var after = Now;
        Assert.All(samples, sample =>
        {
            Assert.Equal((Front, InputKind.Scancode, SampleOrigin.Passive), (sample.FrontNumber, sample.Kind, sample.Origin));
            Assert.Equal(sample.Times.Sum(time => time.Nanos), sample.TotalNanos);
            Assert.InRange(sample.TotalNanos, 3_000_000, after - before);
            Assert.InRange(sample.At, DateTimeOffset.UtcNow.AddSeconds(-60), DateTimeOffset.UtcNow);
            Assert.Equal(9, sample.Times.Length);
        });
        Assert.Equal((Keys, samples.Count, 0, 0, 0), (_latency.Counts.Inputs, _latency.Counts.Samples, _latency.Counts.Lost, _latency.Counts.Unshown,
            _latency.Counts.Impossible));
    }

    // A worker that cannot keep up: what the host answered at once is published seconds later.
    [Fact]
    public void Poll_PicturesPublishedLongAfterTheyCame_AreStillMatched()
    {
        Type(Keys);
        _pending.Clear();
        Publish(280, Now - 1_500_000_000);
        _painted++;
        PollFor(TimeSpan.FromMilliseconds(100));
        Press(30);
        Thread.Sleep(3);
        long came = Now;
        PollFor(TimeSpan.FromSeconds(2.4));
        Publish(8 + Keys * 8, came);
        Send(++_painted);
        PollFor(TimeSpan.FromMilliseconds(300));
        var sample = Assert.Single(_pending, sample => sample.TotalNanos > 2_000_000_000);
        Assert.InRange(sample.Times.Single(time => time.Key.Stage == Stage.Decode).Nanos, 2_300_000_000, 3_500_000_000);
    }

    void Publish(int x, long received) =>
        _writer.PublishFrame(_pixels, SurfaceGeometry.StrideOf(Width), [new(x, 50, 8, 16)], new(received, Now), 0);

    void PollFor(TimeSpan time)
    {
        for (var until = Now + (long)time.TotalNanoseconds; Now < until; Thread.Sleep(50)) _pending.AddRange(_latency.Poll().Samples);
    }

    const int Keys = 30, MatchedMin = 20;

    List<Sample> TypedSamples() => [.. _pending, .. PollUntil(MatchedMin - _pending.Count)];

    [Fact]
    public void Poll_UserTransportKnown_SplitsTheUsersLeg()
    {
        var now = Now;
        _latency.UserEchoes.Add(Front, new FrontRoundTrip(1_000, 0, 0, -1), now);
        _latency.UserEchoes.Add(Front, new FrontRoundTrip(1_000, 0, 0, -1), now);
        Type(Keys);
        Assert.All(TypedSamples(), sample =>
        {
            Assert.Equal(Grade.Estimate, Assert.Single(sample.Times, time => time.Key is { Layer: 0, Stage: Stage.Transport }).Grade);
            Assert.Equal(Grade.Difference, Assert.Single(sample.Times, time => time.Key.Stage == Stage.Present).Grade);
        });
    }

    [Fact]
    public void Poll_FrontGoneBeforeItShowedTheAnswer_MakesNoSample()
    {
        Press(30);
        Paint(8);
        while (_latency.Counts.Inputs == 0) _latency.Poll();
        _latency.RemoveFront(Front);
        Assert.Empty(_latency.Poll().Samples);
        Assert.Equal(0, _latency.Counts.Samples);
    }

    [Fact]
    public void Poll_SurfaceFullOfNonsense_NeitherThrowsNorMakesSamples()
    {
        using var raw = new FileStream($"/proc/self/fd/{_surface.Descriptor}", FileMode.Open, FileAccess.ReadWrite);
        var nonsense = new byte[64 * 1024];
        new Random(7).NextBytes(nonsense);
        raw.Position = 64;
        raw.Write(nonsense);
        raw.Flush();
        for (var i = 0; i < 10; i++) Assert.Empty(_latency.Poll().Samples);
    }

    [Fact]
    public void Poll_Disposed_IsQuiet()
    {
        _latency.Dispose();
        Assert.Empty(_latency.Poll().Samples);
        _latency.AddFront(2, _input, _frames);
    }
}
