using System.Net.Sockets;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Machines;

namespace RemoteChain.Gateway.Sessions;

/// <summary>How connections of a machine's network begin where hops end.</summary>
public static class MachineWay
{
    /// <summary>The exit beyond a dialer, which stays the caller's. Names are looked up there; where that is not possible, because only connections get
    /// through, no name has an address.</summary>
    public static MachineExit Beyond(Dialer dialer) => new(
        async (host, port, cancellationToken) =>
        {
            var (socket, failure) = await dialer.DialAsync(new HostEndpoint(host, port), cancellationToken);
            return (socket, failure);
        },
        (name, cancellationToken) => dialer.Network?.ResolveAsync(name, cancellationToken) ?? throw new SocketException((int)SocketError.HostNotFound));
}
