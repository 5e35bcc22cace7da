using System.Net;
using RemoteChain.Gateway.Chains.Profiles;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>A WireGuard tunnel.</summary>
/// <param name="secret">The secret's name.</param>
/// <param name="text">The profile as it is stored.</param>
/// <param name="profile">The same, read.</param>
public sealed class WireGuardPlan(string secret, string text, WireGuardProfile profile) : TunnelPlan(secret, text)
{
    /// <inheritdoc/>
    public override async ValueTask<Func<int, ControlMessage>> OrderAsync(Network outer, int outerNumber, CancellationToken cancellationToken)
    {
        var endpoints = new List<IPEndPoint?>();
        foreach (var peer in profile.Peers)
            endpoints.Add(peer.EndpointHost is { } host
                ? new((await outer.ResolveAsync(host, cancellationToken))[0], peer.EndpointPort)
                : null);

        return number => new OpenWireGuard(number, outerNumber, KeyOf(profile.PrivateKey), profile.ListenPort ?? 0, profile.Mtu ?? WireGuardProfile.MtuDefault,
            [.. profile.Addresses.Select(PrefixOf)],
            [.. profile.Peers.Select((peer, i) => new TunnelPeer(Convert.FromBase64String(peer.PublicKey),
                peer.PresharedKey is { } key ? KeyOf(key) : Secret.Empty, endpoints[i], peer.KeepaliveSeconds, [.. peer.AllowedIps.Select(PrefixOf)]))]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IPAddress> NameServersOf(TunnelOpened opened) => profile.Dns;

    /// <inheritdoc/>
    public override IReadOnlyList<string> SearchDomainsOf(TunnelOpened opened) => profile.SearchDomains;

    private static Secret KeyOf(string base64) => new(Convert.FromBase64String(base64));

    private static AddressPrefix PrefixOf(ProfileNetwork network) => new(network.Address, network.PrefixLength);
}
