using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// ICMP echoes of a whole node (RFC 792, RFC 4443): one socket and one thread for each address family, made at the first echo. The thread
/// waits inside the kernel and stamps what arrives at once; a pool's thread would be late by as much as it is meant to measure.
/// </summary>
public sealed class IcmpWire : IDisposable
{
    /// <summary>Echoes under way at once; one more is not sent.</summary>
    public const int PendingMax = 2048;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, Pending> _pending = [];
    private readonly ulong _token = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly Dictionary<AddressFamily, Wire?> _wires = [];
    private uint _serial;
    private bool _disposed;

    /// <summary>Sends one echo and waits for its answer.</summary>
    /// <param name="host">Where to.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The round trip in nanoseconds, or null when none came or none may be sent.</returns>
    public async Task<long?> EchoAsync(IPAddress host, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_pending.Count >= PendingMax || WireOf(host.AddressFamily) is not { } wire)
        {
            return null;
        }

        uint serial = Interlocked.Increment(ref _serial);
        var pending = new Pending();
        _pending[serial] = pending;
        try
        {
            pending.SentNanos = MonotonicClock.NowNanos();
            wire.Send(host, _token, serial);
            return await pending.Answer.Task.WaitAsync(patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or SocketException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            _pending.TryRemove(serial, out _);
        }
    }

    /// <summary>Ends both threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var wire in _wires.Values)
            {
                wire?.Dispose();
            }
        }
    }

    private Wire? WireOf(AddressFamily family)
    {
        lock (_gate)
        {
            if (!_disposed && !_wires.TryGetValue(family, out _))
            {
                // Null where the machine lets neither users (net.ipv4.ping_group_range) nor this process send echoes.
                _wires[family] = Wire.TryOpen(family, Received);
            }

            return _disposed ? null : _wires[family];
        }
    }

    private void Received(ulong token, uint serial, long atNanos)
    {
        // A late or foreign answer has nobody who waits for it.
        if (token == _token && _pending.TryGetValue(serial, out var pending))
        {
            pending.Answer.TrySetResult(atNanos - pending.SentNanos);
        }
    }

    private sealed class Pending
    {
        public TaskCompletionSource<long> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long SentNanos { get; set; }
    }

    /// <summary>One address family's socket.</summary>
    private sealed class Wire : IDisposable
    {
        private const int WakeMillis = 1000;

        private readonly Socket _socket;
        private readonly IcmpMessage _message;
        private readonly Action<ulong, uint, long> _received;
        private volatile bool _disposed;

        private Wire(Socket socket, bool isIpv6, bool isRaw, Action<ulong, uint, long> received)
        {
            (_socket, _message, _received) = (socket, new IcmpMessage(isIpv6, isRaw), received);
            // So that the thread notices the end, whatever the socket does when it is closed under a wait.
            _socket.ReceiveTimeout = WakeMillis;
            new Thread(Listen) { IsBackground = true, Name = "icmp" }.Start();
        }

        public static Wire? TryOpen(AddressFamily family, Action<ulong, uint, long> received)
        {
            bool isIpv6 = family == AddressFamily.InterNetworkV6;
            var protocol = isIpv6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp;
            foreach (var type in IcmpMessage.SocketTypes)
            {
                try
                {
                    return new Wire(new Socket(family, type, protocol), isIpv6, type == SocketType.Raw, received);
                }
                catch (SocketException)
                {
                }
            }

            return null;
        }

        public void Send(IPAddress host, ulong token, uint serial)
        {
            Span<byte> buffer = stackalloc byte[IcmpMessage.PacketBytesMax];
            _socket.SendTo(_message.Write(buffer, token, serial), new IPEndPoint(host, 0));
        }

        public void Dispose()
        {
            _disposed = true;
            _socket.Dispose();
        }

        private void Listen()
        {
            Span<byte> packet = stackalloc byte[IcmpMessage.PacketBytesMax];
            while (!_disposed)
            {
                try
                {
                    int length = _socket.Receive(packet);
                    Take(packet[..length], MonotonicClock.NowNanos());
                }
                catch (SocketException)
                {
                    // Nothing came for a while, or the network told of an unreachable host.
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            }
        }

        private void Take(ReadOnlySpan<byte> packet, long atNanos)
        {
            if (_message.TryReadAnswer(packet, out ulong token, out uint serial))
            {
                _received(token, serial, atNanos);
            }
        }
    }
}
