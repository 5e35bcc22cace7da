using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>Makes a socket in one place of the network.</summary>
public delegate ValueTask<Socket> SocketMaker(AddressFamily family, SocketType type, ProtocolType protocol, CancellationToken cancellationToken);

/// <summary>
/// Where echoes of a host start from: the machine, or the inside of a tunnel. Echoes of one origin are asked for one after the other.
/// </summary>
public sealed class EchoOrigin : IDisposable
{
    private readonly IcmpWire? _wire;
    private readonly SocketMaker? _make;
    private IcmpPlace? _icmp;
    private bool _hasNoIcmp;

    private EchoOrigin(IcmpWire? wire, SocketMaker? make) => (_wire, _make) = (wire, make);

    /// <summary>The machine itself.</summary>
    /// <param name="wire">The node's ICMP; stays the node's.</param>
    public static EchoOrigin OfMachine(IcmpWire wire) => new(wire, null);

    /// <summary>Another place of the network. Its sockets are closed with the origin, so that the place can end.</summary>
    public static EchoOrigin Of(SocketMaker make) => new(null, make);

    /// <summary>One ICMP echo: the round trip in nanoseconds, or null when no answer came or none can be asked for.</summary>
    public async ValueTask<long?> IcmpAsync(IPAddress host, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_wire is not null)
        {
            return await _wire.EchoAsync(host, patience, cancellationToken);
        }

        if (_icmp is null && !_hasNoIcmp)
        {
            _icmp = await IcmpPlace.TryOpenAsync(_make!, host.AddressFamily, cancellationToken);
            _hasNoIcmp = _icmp is null;
        }

        return _icmp is { } place ? await place.EchoAsync(host, patience, cancellationToken) : null;
    }

    /// <summary>One refused TCP connection: the round trip in nanoseconds, or null when nothing came in time.</summary>
    public async ValueTask<long?> RefusalAsync(IPAddress host, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_make is null)
        {
            return await RefusalEcho.MeasureAsync(host, patience, cancellationToken);
        }

        try
        {
            using var socket = await _make(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp, cancellationToken);
            return await RefusalEcho.MeasureAsync(socket, host, patience, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The place is gone, and the session with it.
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _icmp?.Dispose();

    /// <summary>
    /// ICMP of one place: no thread waits there, because a tunnel has few sessions. Takes a thread of the pool for one round trip, because
    /// what wakes it stamps the answer.
    /// </summary>
    private sealed class IcmpPlace(Socket socket, IcmpMessage message) : IDisposable
    {
        private const int NanosOfMicro = 1000;

        private readonly ulong _token = (ulong)Random.Shared.NextInt64();
        private uint _serial;

        public static async ValueTask<IcmpPlace?> TryOpenAsync(SocketMaker make, AddressFamily family, CancellationToken cancellationToken)
        {
            bool isIpv6 = family == AddressFamily.InterNetworkV6;
            foreach (var type in IcmpMessage.SocketTypes)
            {
                try
                {
                    var socket = await make(family, type, isIpv6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp, cancellationToken);
                    socket.Blocking = false;
                    return new IcmpPlace(socket, new IcmpMessage(isIpv6, type == SocketType.Raw));
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // Not there, not allowed, or the place is gone: the other kind may do.
                }
            }

            return null;
        }

        public Task<long?> EchoAsync(IPAddress host, TimeSpan patience, CancellationToken cancellationToken) =>
            Task.Run(() => Echo(host, patience, cancellationToken), CancellationToken.None);

        public void Dispose() => socket.Dispose();

        private long? Echo(IPAddress host, TimeSpan patience, CancellationToken cancellationToken)
        {
            Span<byte> packet = stackalloc byte[IcmpMessage.PacketBytesMax];
            uint serial = ++_serial;
            try
            {
                var request = message.Write(packet, _token, serial);
                long sentNanos = MonotonicClock.NowNanos();
                long untilNanos = sentNanos + (long)patience.TotalNanoseconds;
                socket.SendTo(request, new IPEndPoint(host, 0));
                for (long nowNanos = sentNanos; nowNanos < untilNanos; nowNanos = MonotonicClock.NowNanos())
                {
                    if (!PatientPoll.For(socket, SelectMode.SelectRead, TimeSpan.FromMicroseconds((untilNanos - nowNanos) / NanosOfMicro), cancellationToken))
                    {
                        return null;
                    }

                    long atNanos = MonotonicClock.NowNanos();
                    int length = socket.Receive(packet);
                    // Others' answers and late ones come here, too.
                    if (message.TryReadAnswer(packet[..length], out ulong token, out uint answered) && (token, answered) == (_token, serial))
                    {
                        return atNanos - sentNanos;
                    }
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The network says that the host cannot be reached, or the place is gone.
            }

            return null;
        }
    }
}
