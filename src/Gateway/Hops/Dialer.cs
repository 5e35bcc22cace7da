using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// Reaches hosts from one place in the network. The result is always a connected socket, because a worker process can only be handed a
/// descriptor; a hop whose bytes live in managed code hands out one end of a socket pair and pumps the other.
/// </summary>
public abstract class Dialer : IAsyncDisposable
{
    /// <summary>Connects to <paramref name="target"/>. The caller owns the socket.</summary>
    public abstract ValueTask<DialResult> DialAsync(HostEndpoint target, CancellationToken cancellationToken);

    /// <summary>Gives back what this step holds and then what the step inside it holds.</summary>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A connected socket or the failure that names the layer, never both.</summary>
public readonly record struct DialResult(Socket? Socket, Failure? Failure)
{
    public static implicit operator DialResult(Socket socket) => new(socket, null);

    public static implicit operator DialResult(Failure failure) => new(null, failure);
}
