using System.Collections.Concurrent;
using System.Text;

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

/// <summary>MD4 of the UTF-16LE password (RFC 1320), which OpenSSL 3 has only in its legacy provider.</summary>
internal static class NtHash
{
    public static void Compute(string password, Span<byte> hash)
    {
        var text = Encoding.Unicode.GetBytes(password);
        var padded = new byte[((text.Length + 8) / 64 + 1) * 64];
        text.CopyTo(padded, 0);
        padded[text.Length] = 0x80;
        BitConverter.GetBytes((long)text.Length * 8).CopyTo(padded, padded.Length - 8);
        uint a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
        Span<uint> x = stackalloc uint[16];
        for (var block = 0; block < padded.Length; block += 64)
        {
            for (var i = 0; i < 16; i++) x[i] = BitConverter.ToUInt32(padded, block + (i * 4));
            var (aa, bb, cc, dd) = (a, b, c, d);
            ReadOnlySpan<int> order2 = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
            ReadOnlySpan<int> order3 = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
            ReadOnlySpan<int> s1 = [3, 7, 11, 19], s2 = [3, 5, 9, 13], s3 = [3, 9, 11, 15];
            for (var i = 0; i < 48; i++)
            {
                var (f, k, s) = i switch
                {
                    < 16 => ((b & c) | (~b & d), x[i], s1[i % 4]),
                    < 32 => (((b & c) | (b & d) | (c & d)) + 0x5a827999, x[order2[i - 16]], s2[i % 4]),
                    _ => ((b ^ c ^ d) + 0x6ed9eba1, x[order3[i - 32]], s3[i % 4]),
                };
                var t = uint.RotateLeft(a + f + k, s);
                (a, d, c, b) = (d, c, b, t);
            }

            (a, b, c, d) = (a + aa, b + bb, c + cc, d + dd);
        }

        uint[] words = [a, b, c, d];
        for (var i = 0; i < 4; i++) BitConverter.TryWriteBytes(hash[(i * 4)..], words[i]);
    }
}
