using System.Collections.Concurrent;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>One client: the peer, its loop and everything that it reported.</summary>
internal sealed class PeerHostConnection : IRdpPeerHandler, IDisposable
{
    private readonly RdpPeer _peer;
    private readonly Options _options;
    private readonly RdpWaiter _waiter = new();
    private readonly ConcurrentQueue<Action<PeerHostConnection>> _posted = [];
    private readonly List<RdpRectangle> _damage = [];
    private volatile bool _stopping;

    public PeerHostConnection(int descriptor, RdpPeerOptions options, Options connectionOptions)
    {
        _options = connectionOptions;
        _peer = new RdpPeer(descriptor, options, this);
        Picture = TestPicture.Make(8, 8);
    }

    public sealed record Options
    {
        /// <summary>The desktop's size; the client's own when null.</summary>
        public (int Width, int Height)? Size { get; init; }

        public Func<int, int, TestPicture> Draw { get; init; } = TestPicture.Make;

        public bool Refine { get; init; } = true;
    }

    public RdpPeer Peer => _peer;

    public RdpPeerDisplay Display => _peer.Display;

    public RdpFailure? Failure => _peer.Failure;

    public RdpPeerClient? Client { get; private set; }

    public TestPicture Picture { get; private set; }

    public ConcurrentQueue<RdpPeerInput> Inputs { get; } = [];

    public ConcurrentQueue<(uint Frame, long Nanos)> Acknowledgements { get; } = [];

    public ConcurrentQueue<(RdpPeerProbe Probe, long Nanos)> RoundTrips { get; } = [];

    public ConcurrentQueue<(int Width, int Height, int Scale)> Resizes { get; } = [];

    public string Security => _peer.Security;

    /// <summary>Everything that was damaged has been sent and acknowledged, and nothing is lossy any more.</summary>
    public volatile bool IsSettled;

    public int Activations;

    public void Post(Action<PeerHostConnection> action) => _posted.Enqueue(action);

    public void Stop() => _stopping = true;

    /// <summary>Gives the client another picture of another size. Called on the peer's thread.</summary>
    public void Resize(int width, int height)
    {
        Picture = _options.Draw(width, height);
        _damage.Clear();
        _peer.Display.Resize(width, height);
        if (_peer.Display.IsReady) Damage(new(0, 0, width, height));
    }

    public void Damage(RdpRectangle rectangle)
    {
        IsSettled = false;
        _damage.Add(rectangle);
    }

    public void Close(RdpPeerCloseReason reason) => _peer.Close(reason);

    public void MeasureRoundTrip() => _peer.MeasureRoundTrip();

    public void Run()
    {
        while (!_stopping)
        {
            while (_posted.TryDequeue(out var action)) action(this);
            if (_peer.Failure is not null) return;
            SendFrames();
            _waiter.Clear();
            _waiter.Add(_peer.SocketDescriptor, read: true, write: _peer.IsWriteBlocked);
            _waiter.Wait(_peer.HasMoreToProcess ? 0 : 10);
            if (_waiter.IsWritable(0) && _peer.IsWriteBlocked && !_peer.Drain()) return;
            if ((_waiter.IsReadable(0) || _peer.HasMoreToProcess) && !_peer.Process()) return;
        }
    }

    public void Dispose()
    {
        _peer.Dispose();
        _waiter.Dispose();
    }

    public bool TryGetNtHash(string user, string domain, Span<byte> ntHash)
    {
        if (user != PeerHost.User) return false;
        NtHash.Compute(PeerHost.Password, ntHash);
        return true;
    }

    public void SignedIn(RdpPeerClient client)
    {
        Client = client;
        var (width, height) = _options.Size ?? (client.Width, client.Height);
        Picture = _options.Draw(width, height);
        _peer.Display.Resize(width, height);
    }

    public void Active()
    {
        Activations++;
        _damage.Clear();
        Damage(new(0, 0, Display.Width, Display.Height));
    }

    public void Input(in RdpPeerInput input) => Inputs.Enqueue(input);

    public void ResizeRequested(int width, int height, int scalePercent)
    {
        Resizes.Enqueue((width, height, scalePercent));
    }

    public void RefreshRequested() => Damage(new(0, 0, Display.Width, Display.Height));

    public void OutputSuppressed(bool suppressed)
    {
    }

    public void FrameAcknowledged(uint frame, long receivedNanos) => Acknowledgements.Enqueue((frame, receivedNanos));

    public void RoundTripMeasured(RdpPeerProbe probe, long nanos) => RoundTrips.Enqueue((probe, nanos));

    private void SendFrames()
    {
        if (!Display.CanSend) return;
        if (_damage.Count > 0)
        {
            Display.Send(Picture.Pixels, Picture.StrideBytes, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_damage));
            _damage.Clear();
        }
        else if (_options.Refine && Display.CanRefine)
        {
            Display.Refine(Picture.Pixels, Picture.StrideBytes);
        }
        else if (Display.FramesInFlight == 0)
        {
            IsSettled = true;
        }
    }
}
