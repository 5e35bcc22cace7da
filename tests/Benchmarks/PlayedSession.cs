using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Recording;
using RemoteChain.Surface;

namespace RemoteChain.Benchmarks;

/// <summary>One session's shared memory with both workers' ends played: a user who types without a pause while the picture moves.</summary>
internal sealed class PlayedSession : IDisposable
{
    public const int KeysPerSecond = 10, PicturesPerSecond = 40;

    private const int Front = 1, Width = 1280, Height = 800, Columns = 100;

    private static readonly byte[] s_pixels = new byte[SurfaceGeometry.StrideOf(Width) * Height];

    private readonly DescriptorHandle _surface = SurfaceFile.Create(Width, Height);
    private readonly DescriptorHandle _input = InputFile.Create();
    private readonly DescriptorHandle _frames = FrameFile.Create();
    private readonly SurfaceWriter _writer;
    private readonly InputRingWriter _keys;
    private readonly InputRingReader _desktop;
    private readonly FrameRingWriter _front;
    private ulong _damage = 1;
    private uint _frame;
    private int _column;

    public PlayedSession(string name)
    {
        Name = name;
        _writer = new SurfaceWriter(_surface);
        _writer.Resize(Width, Height);
        _keys = new InputRingWriter(_input, Bell.Create(), Front);
        _desktop = InputRingReader.TryOpen(_input, Front, out var desktop) ? desktop : throw new InvalidOperationException("The ring does not open.");
        _front = new FrameRingWriter(_frames);
        var chain = ChainDocument.Parse("name: desk\nlayers:\n  - kind: direct\n  - kind: rdp\n    host: desk\n").Chain!;
        Latency = new SessionLatency(chain, _surface, TimeProvider.System);
        Latency.AddFront(Front, _input, _frames);
    }

    public string Name { get; }

    public SessionLatency Latency { get; }

    /// <summary>One picture: the answer to the key of the step before, or something that moves elsewhere; and a key every few steps.</summary>
    public void Play(int step)
    {
        const int every = PicturesPerSecond / KeysPerSecond;
        if (step % every == 1) Paint(new(10 + (_column++ % Columns * 8), 50, 8, 16));
        else Paint(new(900, 600, 64, 64));
        if (step % every == 0) Press();
    }

    public void Dispose()
    {
        Latency.Dispose();
        _front.Dispose();
        _desktop.Dispose();
        _keys.Dispose();
        _writer.Dispose();
        _frames.Dispose();
        _input.Dispose();
        _surface.Dispose();
    }

    private void Press()
    {
        _keys.Write(new(InputKind.Scancode, 0, 30, ReceivedNanos: MonotonicClock.NowNanos()), out _);
        while (_desktop.TryRead(out _) == InputRead.Entry) _desktop.Stamp(MonotonicClock.NowNanos(), MonotonicClock.NowNanos());
    }

    private void Paint(SurfaceRectangle where)
    {
        long received = MonotonicClock.NowNanos();
        _writer.PublishFrame(s_pixels, SurfaceGeometry.StrideOf(Width), [where], new(received, MonotonicClock.NowNanos()), 0);
        _front.Write(++_frame, ++_damage, MonotonicClock.NowNanos(), MonotonicClock.NowNanos(), isAcknowledged: true);
        _front.Acknowledge(_frame, MonotonicClock.NowNanos());
    }
}
