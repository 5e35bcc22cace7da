using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// Asks the kernel of a jump host or proxy for an echo, from where packets to it start: a connection to a port where nobody listens, which
/// is refused at once (RFC 9293, 3.10.7.1), or an ICMP echo (RFC 792, RFC 4443) where such connections are swallowed. The program on it is not
/// asked: it would write a line into its log each time.
/// </summary>
internal sealed class KernelProbe(int layerNumber, string layer, Network network, string host) : HopProbe(layerNumber, layer)
{
    /// <summary>The port of the discard service (RFC 863), which nobody offers any more.</summary>
    private const int ClosedPort = 9;

    private const int EchoBytes = 16;

    private IPAddress? _address;
    private Way _way;
    private int _serial;

    /// <summary>Which kind of question is answered here; both are asked as long as neither was.</summary>
    private enum Way
    {
        Unknown,
        Refusal,
        Icmp,
    }

    /// <summary>The probes of all hops before and, where packets can be sent to it, that of this one.</summary>
    public static IReadOnlyList<HopProbe> After(Dialer inner, HopLayer layer, HostEndpoint far) => inner.Network is { } network
        ? [.. inner.Probes, new KernelProbe(layer.Number, layer.Title, network, far.Host)]
        : inner.Probes;

    /// <inheritdoc/>
    public override async ValueTask<HopEcho?> EchoAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            _address ??= (await network.ResolveAsync(host, cancellationToken)).FirstOrDefault();
            if (_address is null)
            {
                return null;
            }

            var refusal = _way == Way.Icmp ? null : Task.Run(() => RefusalAsync(_address, patience, cancellationToken), CancellationToken.None);
            var icmp = _way == Way.Refusal ? null : Task.Run(() => IcmpAsync(_address, patience, cancellationToken), CancellationToken.None);
            long? refusalNanos = refusal is null ? null : await refusal;
            long? icmpNanos = icmp is null ? null : await icmp;
            _way = refusalNanos is not null ? Way.Refusal : icmpNanos is not null ? Way.Icmp : Way.Unknown;
            return (refusalNanos ?? icmpNanos) is { } nanos ? new HopEcho(nanos, null) : null;
        }
        catch (SocketException)
        {
            _address = null;
            return null;
        }
    }

    private async Task<long?> RefusalAsync(IPAddress address, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var socket = await network.MakeSocketAsync(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp, cancellationToken);
        (socket.Blocking, socket.LingerState) = (false, new LingerOption(true, 0));
        long sentNanos = MonotonicClock.NowNanos();
        try
        {
            socket.Connect(new IPEndPoint(address, ClosedPort));
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            bool isReady = PatientPoll.For(socket, SelectMode.SelectWrite, patience, cancellationToken);
            long tookNanos = MonotonicClock.NowNanos() - sentNanos;
            var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            return isReady && error == SocketError.ConnectionRefused ? tookNanos : null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // So near that the refusal was there before the call returned.
            return MonotonicClock.NowNanos() - sentNanos;
        }
    }

    private async Task<long?> IcmpAsync(IPAddress address, TimeSpan patience, CancellationToken cancellationToken)
    {
        bool isIpv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        try
        {
            // An echo socket (icmp(7)): the kernel fills in identifier and checksum, and gives it only its own answers.
            using var socket = await network.MakeSocketAsync(
                address.AddressFamily, SocketType.Dgram, isIpv6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp, cancellationToken);
            return Ask(socket, address, isIpv6, patience, cancellationToken);
        }
        catch (SocketException)
        {
            // The machine allows them to nobody (net.ipv4.ping_group_range).
            return null;
        }
    }

    private long? Ask(Socket socket, IPAddress address, bool isIpv6, TimeSpan patience, CancellationToken cancellationToken)
    {
        byte[] message = new byte[EchoBytes];
        message[0] = (byte)(isIpv6 ? 128 : 8);
        ushort serial = (ushort)Interlocked.Increment(ref _serial);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), serial);
        socket.Connect(new IPEndPoint(address, 0));
        long sentNanos = MonotonicClock.NowNanos();
        socket.Send(message);
        if (!PatientPoll.For(socket, SelectMode.SelectRead, patience, cancellationToken))
        {
            return null;
        }

        long tookNanos = MonotonicClock.NowNanos() - sentNanos;
        int length = socket.Receive(message);
        bool isAnswer = length == EchoBytes && message[0] == (isIpv6 ? 129 : 0) && BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(6)) == serial;
        return isAnswer ? tookNanos : null;
    }
}
