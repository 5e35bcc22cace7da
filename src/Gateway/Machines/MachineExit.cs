using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Machines;

/// <summary>Where the network of a machine leaves it: the node's own network, or where the hops before the machine end.</summary>
/// <param name="DialAsync">Connects to a name or address and a port. The caller owns the socket.</param>
/// <param name="LookUpAsync">Addresses of a name there.</param>
public sealed record MachineExit(
    Func<string, int, CancellationToken, ValueTask<(Socket? Socket, Failure? Failure)>> DialAsync,
    Func<string, CancellationToken, ValueTask<IPAddress[]>> LookUpAsync);
