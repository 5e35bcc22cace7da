using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RemoteChain.Harness;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.Tests;

/// <summary>
/// A site behind a real WireGuard server: a namespace, a cable to where the client's packets come from, <c>wireguard-go</c> in it, and at the
/// inner address a host that says the site's name to whoever connects, and a DNS server that knows <c>host.site</c>.
/// </summary>
sealed class WireGuardSite : IAsyncDisposable
{
    internal const string Network = "192.168.7", InnerAddress = "192.168.7.1", HostName = "host.site";
    internal const int HostPort = 7000;

    readonly Place _place;
    readonly Process _server;
    readonly List<IDisposable> _parts = [];
    readonly byte[] _clientKey, _serverPublicKey, _presharedKey;
    readonly List<AddressPrefix> _reached = [];
    readonly string _name, _network;

    WireGuardSite(Place place, Process server, string name, string network, IPEndPoint endpoint, byte[] clientKey, byte[] serverPublicKey, byte[] presharedKey)
    {
        (_place, _server, _name, _network, Endpoint, _clientKey, _serverPublicKey, _presharedKey) =
            (place, server, name, network, endpoint, clientKey, serverPublicKey, presharedKey);
        Serve();
    }

    /// <summary>Where its server listens, as the outer place reaches it.</summary>
    internal IPEndPoint Endpoint { get; }

    /// <summary>The server's process.</summary>
    internal Process Server => _server;

    /// <summary>Names that its DNS server was asked for.</summary>
    internal List<string> Asked { get; } = [];

    /// <summary>A site that is reached from the machine, or from another namespace.</summary>
    internal static async Task<WireGuardSite> CreateAsync(string name, WireGuardSite? behind = null, string network = Network)
    {
        var from = behind?._place;
        var place = await Place.CreateAsync();
        var serial = Place.NextSerial();
        var (near, far) = ($"rcn{Environment.ProcessId % 100000:x}-{serial:x}", $"rcf{Environment.ProcessId % 100000:x}-{serial:x}");
        await Shell.RunAsync("ip", ["link", "add", near, "type", "veth", "peer", "name", far, "netns", place.Name]);
        var net = $"10.{201 + Environment.ProcessId % 50}.{serial % 256}";
        if (from is null)
        {
            await Shell.RunAsync("ip", ["addr", "add", $"{net}.1/24", "dev", near]);
            await Shell.RunAsync("ip", ["link", "set", near, "up"]);
        }
        else
        {
            await Shell.RunAsync("ip", ["link", "set", near, "netns", from.Name]);
            await from.IpAsync($"addr add {net}.1/24 dev {near}");
            await from.IpAsync($"link set {near} up");
            // What comes out of the first site's tunnel goes on to this one, and back.
            await Shell.RunAsync("ip", ["netns", "exec", from.Name, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
            behind!._reached.Add(new(IPAddress.Parse($"{net}.0"), 24));
        }

        await place.IpAsync($"addr add {net}.2/24 dev {far}");
        await place.IpAsync($"link set {far} up");
        if (behind is not null) await place.IpAsync($"route add {behind._network}.0/24 via {net}.1");

        var device = $"rcs{Environment.ProcessId % 100000:x}-{serial:x}";
        var server = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", place.Name, "wireguard-go", "-f", device])
            { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await Wait.UntilAsync(() => File.Exists($"/var/run/wireguard/{device}.sock"), "the WireGuard server's socket");
        var (serverKey, clientKey, preshared) = (await KeyAsync(), await KeyAsync(), await KeyAsync());
        var endpoint = new IPEndPoint(IPAddress.Parse($"{net}.2"), 51820);
        await Shell.RunAsync("ip", ["netns", "exec", place.Name, "wg", "setconf", device, "/dev/stdin"], $"""
            [Interface]
            PrivateKey={Convert.ToBase64String(serverKey)}
            ListenPort={endpoint.Port}
            [Peer]
            PublicKey={await PublicAsync(clientKey)}
            PresharedKey={Convert.ToBase64String(preshared)}
            AllowedIPs={network}.2/32

            """);
        await place.IpAsync($"addr add {network}.1/24 dev {device}");
        await place.IpAsync($"link set {device} up");
        return new(place, server, name, network, endpoint, clientKey, Convert.FromBase64String(await PublicAsync(serverKey)), preshared);
    }

    /// <summary>The order for a tunnel to it.</summary>
    internal OpenWireGuard Order(int tunnel, int outer = 0, byte[]? privateKey = null) => new(tunnel, outer, new Secret([.. privateKey ?? _clientKey]), 0, 1380,
        [new(IPAddress.Parse($"{_network}.2"), 24)],
        [new([.. _serverPublicKey], new Secret([.. _presharedKey]), Endpoint, 0, [new(IPAddress.Parse($"{_network}.0"), 24), .. _reached])]);

    /// <summary>The profile that a user would have.</summary>
    internal string Profile() => $"""
        [Interface]
        PrivateKey = {Convert.ToBase64String(_clientKey)}
        Address = {_network}.2/24
        DNS = {_network}.1, site
        [Peer]
        PublicKey = {Convert.ToBase64String(_serverPublicKey)}
        PresharedKey = {Convert.ToBase64String(_presharedKey)}
        Endpoint = {Endpoint}
        AllowedIPs = {_network}.0/24

        """;

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts) part.Dispose();
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        await _place.DisposeAsync();
    }

    void Serve()
    {
        var host = _place.Make(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, HostPort));
            socket.Listen();
            return socket;
        });
        var names = _place.Make(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Any, 53));
            return socket;
        });
        _parts.AddRange([host, names]);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using var guest = await host.AcceptAsync();
                await guest.SendAsync(Encoding.UTF8.GetBytes(_name));
            }
        });
        _ = Task.Run(() => AnswerNamesAsync(names));
    }

    async Task AnswerNamesAsync(Socket names)
    {
        var packet = new byte[512];
        while (true)
        {
            var asked = await names.ReceiveFromAsync(packet, new IPEndPoint(IPAddress.Any, 0));
            var question = packet.AsSpan(0, asked.ReceivedBytes);
            var name = new StringBuilder();
            for (var at = 12; question[at] != 0; at += question[at] + 1) name.Append(Encoding.ASCII.GetString(question.Slice(at + 1, question[at]))).Append('.');
            lock (Asked) Asked.Add(name.ToString().TrimEnd('.'));
            var isHost = name.ToString() == HostName + "." && question[^3] == 1;
            byte[] answer = [.. question];
            (answer[2], answer[3], answer[7]) = (0x81, (byte)(isHost || question[^3] == 28 ? 0x80 : 0x83), (byte)(isHost ? 1 : 0));
            if (isHost) answer = [.. answer, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. IPAddress.Parse($"{_network}.1").GetAddressBytes()];
            await names.SendToAsync(answer, asked.RemoteEndPoint);
        }
    }

    static async Task<byte[]> KeyAsync() => Convert.FromBase64String(await Shell.RunAsync("wg", ["genkey"]));

    static async Task<string> PublicAsync(byte[] key) => (await Shell.RunAsync("wg", ["pubkey"], Convert.ToBase64String(key))).Trim();
}
