using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>Everything that a real client says to a peer, packet by packet, taken down in the middle of a TLS connection; and said again, wounded.</summary>
internal sealed class RecordedClient
{
    private readonly List<byte[]> _packets = [];

    private RecordedClient()
    {
    }

    /// <summary>Packets behind the first one, which is not encrypted.</summary>
    public IReadOnlyList<byte[]> Packets => _packets;

    public byte[] ConnectionRequest { get; private set; } = [];

    /// <summary>Lets our own client connect to a peer until it has a picture.</summary>
    public static RecordedClient Record(PeerHost host)
    {
        var recording = new RecordedClient();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var relay = Task.Run(() => recording.RelayAsync(listener, host));
        using var towards = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        towards.Connect(listener.LocalEndPoint!);
        using var waiter = new RdpWaiter();
        using (var client = new RdpClient(new RdpClientOptions
        {
            Socket = Native.dup((int)towards.SafeHandle.DangerousGetHandle()), ServerName = "peer", User = PeerHost.User,
            Password = PeerHost.Password, Security = RdpSecurity.Tls, Width = 640, Height = 480,
        }))
        {
            towards.Dispose();
            Assert.Null(client.Connect(CancellationToken.None));
            var pictures = 0;
            client.Painted = (in RdpPaint _) => pictures++;
            for (var i = 0; i < 200 && pictures < 2; i++)
            {
                waiter.Clear();
                client.Watch(waiter);
                waiter.Wait(20);
                if (client.Process() is { } failure) Assert.Fail(failure.ToString());
            }
        }

        relay.GetAwaiter().GetResult();
        recording.Split();
        Assert.True(recording._packets.Count > 10, $"Only {recording._packets.Count} packets were recorded.");
        return recording;
    }

    /// <summary>Says it again with one packet wounded.</summary>
    public async Task ReplayAsync(PeerHost host, Random random)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Port);
        using var stream = new NetworkStream(socket);
        var wounded = random.Next(-2, _packets.Count);
        try
        {
            await stream.WriteAsync(wounded == -2 ? Wound(ConnectionRequest, random) : ConnectionRequest);
            var confirm = new byte[64];
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(wounded == -2 ? 0.2 : 5));
            if (await stream.ReadAsync(confirm, timeout.Token) == 0) return;
            if (wounded == -1)
            {
                var noise = new byte[random.Next(1, 500)];
                random.NextBytes(noise);
                await stream.WriteAsync(noise);
                return;
            }

            using var tls = new SslStream(stream, leaveInnerStreamOpen: true, static (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "peer" }, timeout.Token);
            for (var i = 0; i < _packets.Count; i++) await tls.WriteAsync(i == wounded ? Wound(_packets[i], random) : _packets[i]);
            await tls.FlushAsync();
            socket.Shutdown(SocketShutdown.Send);
            var answers = new byte[16 * 1024];
            while (await stream.ReadAsync(answers, timeout.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            // The peer may end it at any moment.
        }
    }

    /// <summary>Cuts what was read from TLS into the packets of RDP: TPKT with a length in bytes 2 and 3, or fast-path with one in 1 or 2 bytes.</summary>
    private void Split()
    {
        var all = _packets.SelectMany(p => p).ToArray();
        _packets.Clear();
        for (var at = 0; at + 4 <= all.Length;)
        {
            var length = all[at] == 3 ? (all[at + 2] << 8) | all[at + 3]
                : (all[at + 1] & 0x80) == 0 ? all[at + 1] : ((all[at + 1] & 0x7F) << 8) | all[at + 2];
            length = Math.Clamp(length, 1, all.Length - at);
            _packets.Add(all[at..(at + length)]);
            at += length;
        }
    }

    private static byte[] Wound(byte[] good, Random random)
    {
        var bytes = new List<byte>(good);
        for (var wounds = random.Next(1, 5); wounds > 0 && bytes.Count > 0; wounds--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0;
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 33), bytes.Count - at)));
                    break;
                default:
                    // The TPKT length follows the wound, so that the packet is read as one.
                    bytes.RemoveRange(at, bytes.Count - at);
                    if (bytes.Count >= 4 && bytes[0] == 3) (bytes[2], bytes[3]) = ((byte)(bytes.Count >> 8), (byte)bytes.Count);
                    break;
            }
        }

        return [.. bytes];
    }

    private async Task RelayAsync(Socket listener, PeerHost host)
    {
        using var client = new NetworkStream(await listener.AcceptAsync(), ownsSocket: true);
        using var peerSocket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await peerSocket.ConnectAsync(IPAddress.Loopback, host.Port);
        using var peer = new NetworkStream(peerSocket);
        var buffer = new byte[4096];
        ConnectionRequest = buffer[..await client.ReadAsync(buffer)];
        await peer.WriteAsync(ConnectionRequest);
        var confirm = buffer[..await peer.ReadAsync(buffer)];
        await client.WriteAsync(confirm);
        using var inner = new SslStream(peer, false, static (_, _, _, _) => true);
        await inner.AuthenticateAsClientAsync("peer");
        using var outer = new SslStream(client);
        await outer.AuthenticateAsServerAsync(PeerHost.Certificate());
        await Task.WhenAny(PumpAsync(outer, inner, _packets), PumpAsync(inner, outer, null));
    }

    private static async Task PumpAsync(SslStream from, SslStream to, List<byte[]>? taken)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            while (await from.ReadAsync(buffer) is var read and > 0)
            {
                taken?.Add(buffer[..read]);
                await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (IOException)
        {
            // One of both has left.
        }
    }
}
