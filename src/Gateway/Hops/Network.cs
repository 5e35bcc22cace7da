using System.Net;
using System.Net.Sockets;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// A place in the network that packets can start from: the machine's own, or the namespace of a tunnel. A socket belongs for ever to the
/// place where it was made, so whoever has one may connect it anywhere; two places may use the same addresses for different hosts.
/// </summary>
public abstract class Network
{
    /// <summary>Where the node itself is.</summary>
    public static Network Machine { get; } = new MachineNetwork();

    /// <summary>Makes a socket there. The caller owns it.</summary>
    /// <exception cref="SocketException">The place is gone, or does not have this kind of socket.</exception>
    public abstract ValueTask<Socket> MakeSocketAsync(
        AddressFamily family, SocketType type, ProtocolType protocol, CancellationToken cancellationToken);

    /// <summary>Addresses of a name as the place's own resolver knows it; a literal address is itself.</summary>
    /// <exception cref="SocketException">The name has no address there.</exception>
    public abstract ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);

    private sealed class MachineNetwork : Network
    {
        public override ValueTask<Socket> MakeSocketAsync(
            AddressFamily family, SocketType type, ProtocolType protocol, CancellationToken cancellationToken) => new(new Socket(family, type, protocol));

        public override async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
            IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
    }
}
