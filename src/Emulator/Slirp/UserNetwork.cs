using System.Buffers.Binary;
using System.Net;
using RemoteChain.Surface;

namespace RemoteChain.Emulator.Slirp;

/// <summary>What a guest's network asks of whoever may reach the outside.</summary>
/// <param name="Deliver">A frame for the guest.</param>
/// <param name="Dial">Connect to an address and port; the number comes back with <see cref="UserNetwork.Dialed"/>.</param>
/// <param name="LookUp">Find the IPv4 addresses of a name; the number comes back with <see cref="UserNetwork.Named"/>.</param>
/// <param name="Denied">A packet was refused that is neither: its protocol's number, and where it was to go.</param>
public sealed record NetworkOutside(Action<ReadOnlyMemory<byte>> Deliver, Action<int, IPEndPoint> Dial, Action<int, string> LookUp, Action<byte, IPEndPoint> Denied);

/// <summary>
/// The network behind a machine's card: a guest, a router, a name server, and nothing else. Whatever is to leave it is asked for outside: a connection
/// exists for the guest only once it exists there, and no is a reset at once. It has no way out of its own. One thread.
/// </summary>
/// <param name="outside">Who is asked.</param>
public sealed class UserNetwork(NetworkOutside outside) : IDisposable
{
    /// <summary>Connections of a guest, also those that are being made; for more it has to wait.</summary>
    public const int ConnectionsMax = 64;

    /// <summary>Names that are asked for at once.</summary>
    public const int QuestionsMax = 32;

    /// <summary>Refusals of packets without a connection that are told in a second; the guest hears of all.</summary>
    const int DeniedPerSecondMax = 16;

    /// <summary>A connection that was made and that the guest does not want any more is given up.</summary>
    const long ReadyNanosMax = 30_000_000_000;

    const long SecondNanos = 1_000_000_000;
    const uint TimeoutMillisMax = 1000;
    const ushort LeasesPort = 67, NamesPort = 53;
    const byte EchoRequest = 8;

    readonly Dictionary<int, (byte[] Frame, GuestPacket Packet)> _dials = [];
    readonly Dictionary<int, (byte[] Frame, GuestPacket Packet, NameQuestion Question)> _questions = [];
    readonly HashSet<Flow> _asked = [];
    readonly Dictionary<Flow, (DescriptorHandle Socket, long SinceNanos)> _ready = [];
    readonly SlirpStack _stack = new(frame => ToGuest(outside, frame));
    int _request, _deniedInSecond;
    long _secondNanos;

    /// <summary>Takes a frame of the guest, which may be anything.</summary>
    public void Take(ReadOnlySpan<byte> frame)
    {
        if (GuestPacket.TryRead(frame, out var packet)) Judge(frame, packet);
        else if (GuestPacket.IsArp(frame)) _stack.Input(frame);
    }

    /// <summary>An answer to <see cref="NetworkOutside.Dial"/>.</summary>
    /// <param name="request">Its number.</param>
    /// <param name="socket">The connection, taken over; null is no.</param>
    public void Dialed(int request, DescriptorHandle? socket)
    {
        if (!_dials.Remove(request, out var dial))
        {
            socket?.Dispose();
            return;
        }
        var flow = dial.Packet.Flow;
        _asked.Remove(flow);
        if (socket is null)
        {
            outside.Deliver(Reply.Refused(dial.Frame, dial.Packet));
            return;
        }
        if (!_ready.Keys.Any(ready => IsSameHost(ready, flow))) _stack.Allow(flow.Host, flow.HostPort);
        _ready[flow] = (socket, MonotonicClock.NowNanos());
        _stack.Input(dial.Frame);
    }

    /// <summary>An answer to <see cref="NetworkOutside.LookUp"/>.</summary>
    public void Named(int request, NameOutcome outcome, IReadOnlyList<IPAddress> addresses)
    {
        if (_questions.Remove(request, out var asked)) Answer(asked.Frame, asked.Packet, asked.Question, outcome, addresses);
    }

    /// <summary>Adds what is to be waited for, at the end of a list.</summary>
    /// <returns>How long to wait at most, in milliseconds.</returns>
    public int AddTo(List<PolledDescriptor> polled)
    {
        var timeout = TimeoutMillisMax;
        _stack.AddTo(polled, ref timeout);
        return (int)Math.Min(timeout, TimeoutMillisMax);
    }

    /// <summary>Moves bytes behind a wait for what was added.</summary>
    public void Serve(List<PolledDescriptor> polled)
    {
        _stack.Serve(polled);
        var overNanos = MonotonicClock.NowNanos() - ReadyNanosMax;
        foreach (var (flow, ready) in _ready.Where(ready => ready.Value.SinceNanos < overNanos).ToList()) Forget(flow, ready.Socket);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var ready in _ready.Values) ready.Socket.Dispose();
        _ready.Clear();
        _stack.Dispose();
    }

    void Judge(ReadOnlySpan<byte> frame, in GuestPacket packet)
    {
        switch (packet.Protocol)
        {
            case GuestPacket.Tcp when packet.IsOpening && !_ready.ContainsKey(packet.Flow):
                Open(frame, packet);
                break;
            case GuestPacket.Tcp:
                Pass(frame, packet.Flow);
                break;
            case GuestPacket.Udp when packet.Flow.HostPort == LeasesPort && (packet.IsForMany || packet.Flow.Host == GuestNet.Router):
            case GuestPacket.Icmp when packet.Flow.Host == GuestNet.Router:
                _stack.Input(frame);
                break;
            case GuestPacket.Udp when packet.Flow is { HostPort: NamesPort, Host: GuestNet.NameServer }:
                Ask(frame, packet);
                break;
            case GuestPacket.Icmp when packet.Flags != EchoRequest:
                // Never an error about an error.
                break;
            default:
                if (!packet.IsForMany) Deny(frame, packet);
                break;
        }
    }

    /// <summary>Asks for a connection. The frame that wanted it waits: what a guest sends again in the meantime changes nothing.</summary>
    void Open(ReadOnlySpan<byte> frame, in GuestPacket packet)
    {
        if (_asked.Contains(packet.Flow) || _asked.Count + _ready.Count + _stack.Connections >= ConnectionsMax) return;
        _asked.Add(packet.Flow);
        _request = Next(_request);
        _dials[_request] = (frame.ToArray(), packet);
        outside.Dial(_request, EndpointOf(packet));
    }

    void Pass(ReadOnlySpan<byte> frame, Flow flow)
    {
        if (!_ready.TryGetValue(flow, out var ready)) _stack.Input(frame);
        else if (_stack.Input(frame, ready.Socket)) Forget(flow, ready.Socket);
    }

    void Forget(Flow flow, DescriptorHandle socket)
    {
        socket.Dispose();
        _ready.Remove(flow);
        if (!_ready.Keys.Any(ready => IsSameHost(ready, flow))) _stack.Forbid(flow.Host, flow.HostPort);
    }

    void Ask(ReadOnlySpan<byte> frame, in GuestPacket packet)
    {
        if (!NameQuestion.TryRead(frame[packet.UdpContentAt..(GuestPacket.EthernetBytes + packet.Bytes)], out var question)) return;
        if (question.Kind != NameQuestion.KindV4)
        {
            // There is no IPv6 here, so no name has an address of it.
            Answer(frame, packet, question, question.Kind == NameQuestion.KindV6 ? NameOutcome.Found : NameOutcome.NotImplemented, []);
            return;
        }
        if (_questions.Count >= QuestionsMax) return;
        _request = Next(_request);
        _questions[_request] = (frame.ToArray(), packet, question);
        outside.LookUp(_request, question.Name);
    }

    void Answer(ReadOnlySpan<byte> frame, in GuestPacket packet, in NameQuestion question, NameOutcome outcome, IReadOnlyList<IPAddress> addresses) =>
        outside.Deliver(Reply.Datagram(frame, packet, question.Answer(frame[packet.UdpContentAt..], outcome, addresses)));

    void Deny(ReadOnlySpan<byte> frame, in GuestPacket packet)
    {
        outside.Deliver(Reply.Denied(frame, packet));
        var nowNanos = MonotonicClock.NowNanos();
        if (nowNanos - _secondNanos > SecondNanos) (_secondNanos, _deniedInSecond) = (nowNanos, 0);
        if (++_deniedInSecond <= DeniedPerSecondMax) outside.Denied(packet.Protocol, EndpointOf(packet));
    }

    static void ToGuest(NetworkOutside outside, ReadOnlyMemory<byte> frame)
    {
        if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(frame, out var array)) Reply.NarrowLease(array);
        outside.Deliver(frame);
    }

    /// <summary>The next number of a question: what waits is far younger than what had the same one.</summary>
    static int Next(int request) => request % int.MaxValue + 1;

    static bool IsSameHost(Flow one, Flow other) => (one.Host, one.HostPort) == (other.Host, other.HostPort);

    static IPEndPoint EndpointOf(in GuestPacket packet) => new(BinaryPrimitives.ReverseEndianness(packet.Flow.Host), packet.Flow.HostPort);
}
