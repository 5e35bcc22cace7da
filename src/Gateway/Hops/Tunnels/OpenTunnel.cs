using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>A tunnel as the node knows it.</summary>
public sealed class OpenTunnel
{
    private readonly TaskCompletionSource<TunnelOpened> _opening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Failure> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal OpenTunnel(TunnelsLink link, int number) => (Link, Number) = (link, number);

    /// <summary>The connection that it belongs to.</summary>
    public TunnelsLink Link { get; }

    /// <summary>Its number on that connection.</summary>
    public int Number { get; }

    /// <summary>What is known of it; to be read once it is open.</summary>
    public TunnelOpened Facts => _opening.Task.Result;

    /// <summary>Completes when it works no more.</summary>
    public Task<Failure> Lost => _lost.Task;

    internal Task<TunnelOpened> Opening => _opening.Task;

    internal Task Closed => _closed.Task;

    internal void Open(TunnelOpened facts) => _opening.TrySetResult(facts);

    internal void Lose(Failure failure)
    {
        _lost.TrySetResult(failure);
        _closed.TrySetResult();
    }

    internal void Close() => _closed.TrySetResult();
}
