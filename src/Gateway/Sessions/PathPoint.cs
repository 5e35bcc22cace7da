using System.Net.Sockets;
using RemoteChain.Gateway.Hops;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>A place on the way to a host that can be asked whether it is there: the far end of a hop, or the host itself.</summary>
/// <param name="LayerNumber">The layer's place in the chain.</param>
/// <param name="Layer">Its name in failures.</param>
/// <param name="AskAsync">Asks once, with a patience: whether an answer came; null when asking is not allowed now.</param>
/// <param name="IsHost">Whether it is the host and not a hop.</param>
internal sealed record PathPoint(int LayerNumber, string Layer, Func<TimeSpan, CancellationToken, ValueTask<bool?>> AskAsync, bool IsHost = false)
{
    /// <summary>The far end of a hop.</summary>
    public static PathPoint Of(HopProbe probe) => new(probe.LayerNumber, probe.Layer, async (patience, cancellationToken) =>
        await probe.EchoAsync(patience, cancellationToken) is not null);

    /// <summary>That it is down, as a failure.</summary>
    public Failure Down(FailureStage stage) => IsHost
        ? new Failure(stage, FailureCause.ConnectionLost, "the host does not answer any more") { Layer = Layer }
        : new Failure(stage, FailureCause.HopDown, "its far end does not answer any more") { Layer = Layer };

    /// <summary>Asks once. A place whose sockets fail does not answer.</summary>
    public async ValueTask<bool?> TryAskAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(patience, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            return false;
        }
    }
}

/// <summary>Which layers answered when they were asked, over all attempts of one session. Safe from any thread.</summary>
internal sealed class PathMemory
{
    private readonly HashSet<int> _answered = [];

    /// <summary>Whether the layer ever answered.</summary>
    public bool Has(int layerNumber)
    {
        lock (_answered)
        {
            return _answered.Contains(layerNumber);
        }
    }

    /// <summary>The layer answered.</summary>
    public void Keep(int layerNumber)
    {
        lock (_answered)
        {
            _answered.Add(layerNumber);
        }
    }
}
