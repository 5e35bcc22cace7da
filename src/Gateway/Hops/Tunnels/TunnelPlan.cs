using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>What a tunnel is made from: a profile with its keys, whose names are resolved where the tunnel begins.</summary>
public abstract class TunnelPlan
{
    /// <summary>A plan.</summary>
    /// <param name="secret">The secret that it is from.</param>
    /// <param name="content">Everything that makes a difference; only a hash of it is kept.</param>
    protected TunnelPlan(string secret, params ReadOnlySpan<string> content) =>
        Key = $"{secret} {Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', content))))}";

    /// <summary>Two plans of the same key make the same tunnel: the secret's name and the hash of its content.</summary>
    public string Key { get; }

    /// <summary>The order for the process that keeps tunnels.</summary>
    /// <param name="outer">Where the tunnel begins.</param>
    /// <param name="outerNumber">The tunnel around it; 0 for the machine.</param>
    /// <param name="cancellationToken">Ends the resolving of names.</param>
    /// <returns>Makes the order for a tunnel of a number.</returns>
    /// <exception cref="SocketException">A server's name has no address there.</exception>
    public abstract ValueTask<Func<int, ControlMessage>> OrderAsync(Network outer, int outerNumber, CancellationToken cancellationToken);

    /// <summary>The DNS servers inside.</summary>
    public abstract IReadOnlyList<IPAddress> NameServersOf(TunnelOpened opened);

    /// <summary>What short names are completed with inside.</summary>
    public abstract IReadOnlyList<string> SearchDomainsOf(TunnelOpened opened);
}
