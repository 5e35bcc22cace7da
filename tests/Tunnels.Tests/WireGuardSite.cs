using System.Diagnostics;
using System.Net;
using RemoteChain.Harness;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.Tests;

/// <summary>
/// A site behind a real WireGuard server: a namespace, a cable to where the client's packets come from, <c>wireguard-go</c> in it, and at the
/// inner address a host that says the site's name to whoever connects, and a DNS server that knows <c>host.site</c>.
/// </summary>
sealed class WireGuardSite : IAsyncDisposable
{
    internal const string Network = "192.168.7", InnerAddress = "192.168.7.1";

    readonly Place _place;
    readonly Process _server;
    readonly SiteHost _host;
    readonly byte[] _clientKey, _serverPublicKey, _presharedKey;
    readonly List<AddressPrefix> _reached = [];
    readonly string _network;

    WireGuardSite(Place place, Process server, string name, string network, IPEndPoint endpoint, byte[] clientKey, byte[] serverPublicKey, byte[] presharedKey)
    {
        (_place, _server, _network, Endpoint, _clientKey, _serverPublicKey, _presharedKey) =
            (place, server, network, endpoint, clientKey, serverPublicKey, presharedKey);
        _host = new SiteHost(place, name, $"{network}.1");
    }

    /// <summary>Where its server listens, as the outer place reaches it.</summary>
    internal IPEndPoint Endpoint { get; }

    /// <summary>The server's process.</summary>
    internal Process Server => _server;

    /// <summary>Names that its DNS server was asked for.</summary>
    internal List<string> Asked => _host.Asked;

    /// <summary>A site that is reached from the machine, or from another namespace.</summary>
    internal static async Task<WireGuardSite> CreateAsync(string name, WireGuardSite? behind = null, string network = Network)
    {
        var from = behind?._place;
        var place = await Place.CreateAsync();
        var address = await place.CableAsync(from);
        if (behind is not null)
        {
            // What comes out of the first site's tunnel goes on to this one, and back.
            await Shell.RunAsync("ip", ["netns", "exec", from!.Name, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
            behind._reached.Add(new(address, 32));
            await place.IpAsync($"route add {behind._network}.0/24 via {address.ToString()[..^1]}1");
        }

        var device = $"rcs{Environment.ProcessId % 100000:x}-{Place.NextSerial():x}";
        var server = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", place.Name, "wireguard-go", "-f", device])
            { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await Wait.UntilAsync(() => File.Exists($"/var/run/wireguard/{device}.sock"), "the WireGuard server's socket");
        var (serverKey, clientKey, preshared) = (await KeyAsync(), await KeyAsync(), await KeyAsync());
        var endpoint = new IPEndPoint(address, 51820);
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
        _host.Dispose();
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        await _place.DisposeAsync();
    }

    static async Task<byte[]> KeyAsync() => Convert.FromBase64String(await Shell.RunAsync("wg", ["genkey"]));

    static async Task<string> PublicAsync(byte[] key) => (await Shell.RunAsync("wg", ["pubkey"], Convert.ToBase64String(key))).Trim();
}
