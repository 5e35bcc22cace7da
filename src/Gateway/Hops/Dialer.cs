using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// Reaches hosts from one place in the network. The result is always a connected socket, because a worker process can only be handed a
/// descriptor; a hop whose bytes live in managed code hands out one end of a socket pair and pumps the other.
/// </summary>
public abstract class Dialer : IAsyncDisposable
{
    /// <summary>
    /// Where packets of the next hop start; null when only connections get through (ssh, proxy, relay), so that a tunnel which sends
    /// packets cannot begin here.
    /// </summary>
    public virtual Network? Network => null;

    /// <summary>The probes of all hops up to here that can be asked, from the user's side to the far end.</summary>
    public virtual IReadOnlyList<HopProbe> Probes => [];

    /// <summary>
    /// Who can be asked whether the way up to here still is one, in the same order: the probes, and places behind a hop that show whether
    /// anything gets through it although they are on no way of their own.
    /// </summary>
    public virtual IReadOnlyList<HopProbe> Signs => Probes;

    /// <summary>Completes when this hop or one before it is known to have failed. Never faults; for hops that cannot know, never completes.</summary>
    public virtual Task<Failure> Lost { get; } = new TaskCompletionSource<Failure>().Task;

    /// <summary>How long a dial may take when nobody says otherwise.</summary>
    public static readonly TimeSpan PatienceDefault = TimeSpan.FromSeconds(10);

    /// <summary>Connects to <paramref name="target"/> within the usual time. The caller owns the socket.</summary>
    public ValueTask<DialResult> DialAsync(HostEndpoint target, CancellationToken cancellationToken) => DialAsync(target, PatienceDefault, cancellationToken);

    /// <summary>The same within <paramref name="patience"/>, which each hop on the way may use up by itself.</summary>
    public abstract ValueTask<DialResult> DialAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Gives back what this step holds and then what the step inside it holds.</summary>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A connected socket or the failure that names the layer, never both.</summary>
public readonly record struct DialResult(Socket? Socket, Failure? Failure)
{
    public static implicit operator DialResult(Socket socket) => new(socket, null);

    public static implicit operator DialResult(Failure failure) => new(null, failure);
}
