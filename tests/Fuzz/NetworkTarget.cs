using System.Buffers.Binary;
using System.Net;
using RemoteChain.Emulator.Slirp;
using RemoteChain.Surface;

namespace RemoteChain.Fuzz;

/// <summary>Frames of a hostile guest, into its whole network with libslirp behind it. The input is frames with their lengths before them; where it asks
/// for connections, every other one is made.</summary>
sealed class NetworkTarget : FuzzTarget
{
    const int FeedsOfNetwork = 64, FramesMax = 32, FrameBytesMax = 1514;

    readonly List<PolledDescriptor> _polled = [];
    readonly List<DescriptorHandle> _ends = [];
    readonly Queue<(int Request, bool IsName)> _asked = new();
    UserNetwork? _network;
    long _delivered, _dials, _names, _denied;
    int _feeds;

    internal NetworkTarget() : base("network", "frames of a guest's network card, and libslirp behind them")
    {
        var ask = Udp(0xCB007103, 53, [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, .. "page"u8, 7, .. "example"u8, 0, 0, 1, 0, 1]);
        Seeds =
        [
            Arp(), Tcp(2, 0), ask, Udp(0x0A090807, 99, [1, 2, 3]), [.. Arp(), .. Tcp(2, 0), .. Tcp(16, 1), .. Tcp(24, 1), .. Tcp(17, 1)],
            Ip(1, 0xCB007102, [8, 0, 0xF7, 0xFF, 0, 0, 0, 0]), Udp(0xFFFFFFFF, 67, [1, 1, 6, 0, .. new byte[232], 99, 130, 83, 99, 53, 1, 1, 255]),
        ];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_delivered} frames back, {_dials} connections and {_names} names asked for, {_denied} packets denied";

    internal override void Feed(byte[] input)
    {
        if (_network is null || ++_feeds % FeedsOfNetwork == 0)
        {
            Dispose();
            _network = new(new(Check, (request, _) => Ask(request, isName: false), (request, _) => Ask(request, isName: true), (_, _) => _denied++));
        }
        ReadOnlySpan<byte> rest = input;
        for (var i = 0; i < FramesMax && rest.Length > 2; i++)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest) % (FrameBytesMax + 1), rest.Length - 2);
            _network.Take(rest.Slice(2, length));
            rest = rest[(2 + length)..];
            Answer(_network);
            _polled.Clear();
            _network.AddTo(_polled);
            DescriptorPoll.Wait(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_polled), 0);
            _network.Serve(_polled);
        }
    }

    public override void Dispose()
    {
        _network?.Dispose();
        _ends.ForEach(end => end.Dispose());
        _ends.Clear();
        _asked.Clear();
    }

    void Check(ReadOnlyMemory<byte> frame)
    {
        _delivered++;
        if (frame.Length is < 14 or > FrameBytesMax) throw new InvalidOperationException($"a frame of {frame.Length} bytes");
    }

    void Ask(int request, bool isName)
    {
        if (isName) _names++;
        else _dials++;
        _asked.Enqueue((request, isName));
    }

    void Answer(UserNetwork network)
    {
        while (_asked.TryDequeue(out var asked))
        {
            if (asked.IsName) network.Named(asked.Request, (NameOutcome)(asked.Request % 6), [IPAddress.Loopback, IPAddress.IPv6Loopback]);
            else if (asked.Request % 2 == 0) network.Dialed(asked.Request, null);
            else
            {
                var (here, there) = DescriptorHandle.CreateStreamPair();
                _ends.Add(here);
                network.Dialed(asked.Request, there);
            }
        }
    }

    static byte[] Framed(ushort type, byte[] content)
    {
        byte[] frame = [0, 0, 0x52, 0x55, 203, 0, 113, 2, 0x52, 0x43, 0, 0, 0, 1, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(14), type);
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(frame.Length - 2));
        return frame;
    }

    static byte[] Arp() => Framed(0x0806, [0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x43, 0, 0, 0, 1, 203, 0, 113, 15, 0, 0, 0, 0, 0, 0, 203, 0, 113, 2]);

    static byte[] Ip(byte protocol, uint to, byte[] content)
    {
        byte[] packet = [0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, protocol, 0, 0, 203, 0, 113, 15, 0, 0, 0, 0, .. content];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), to);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Sum(packet.AsSpan(0, 20)));
        return Framed(0x0800, packet);
    }

    static byte[] Udp(uint to, ushort port, byte[] content) => Ip(17, to, [0x80, 0, (byte)(port >> 8), (byte)port, 0, (byte)(8 + content.Length), 0, 0, .. content]);

    // Its sum is right over the header that libslirp looks at.
    static byte[] Tcp(byte flags, uint sequence)
    {
        const uint to = 0x0A090807;
        byte[] segment = [0x80, 1, 0, 80, 0, 0, 0, (byte)sequence, 0, 0, 0, 0, 0x50, flags, 0xFF, 0, 0, 0, 0, 0];
        byte[] pseudo = [203, 0, 113, 15, 10, 9, 8, 7, 0, 6, 0, 20, .. segment];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), Sum(pseudo));
        return Ip(6, to, segment);
    }

    static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length > 1; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        while (sum > ushort.MaxValue) sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
