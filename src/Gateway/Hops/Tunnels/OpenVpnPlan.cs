using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains.Profiles;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>An OpenVPN tunnel.</summary>
/// <param name="secret">The secret's name.</param>
/// <param name="profile">The profile, read.</param>
/// <param name="user">For a server that asks; else empty.</param>
/// <param name="password">For a server or a key that asks; else empty.</param>
public sealed class OpenVpnPlan(string secret, OpenVpnProfile profile, string user, string password)
    : TunnelPlan(secret, profile.Configuration(), string.Join(' ', profile.Remotes), user, password)
{
    /// <inheritdoc/>
    public override async ValueTask<Func<int, ControlMessage>> OrderAsync(Network outer, int outerNumber, CancellationToken cancellationToken)
    {
        var remotes = new List<TunnelRemote>();
        SocketException? unknown = null;
        foreach (var remote in profile.Remotes)
        {
            try
            {
                foreach (var address in await outer.ResolveAsync(remote.Host, cancellationToken))
                    remotes.Add(new(new IPEndPoint(address, remote.Port), remote.Tcp));
            }
            catch (SocketException e)
            {
                // One of several servers; the others will do.
                unknown = e;
            }
        }

        if (remotes.Count == 0 && unknown is not null) throw unknown;
        return number => new OpenOpenVpn(number, outerNumber, Secret.FromText(profile.Configuration()), user, Secret.FromText(password),
            [.. remotes.Take(OpenOpenVpn.RemotesMax)]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IPAddress> NameServersOf(TunnelOpened opened) => opened.NameServers;

    /// <inheritdoc/>
    public override IReadOnlyList<string> SearchDomainsOf(TunnelOpened opened) => opened.SearchDomains;
}
