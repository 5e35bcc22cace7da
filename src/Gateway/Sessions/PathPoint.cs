using System.Net.Sockets;
using RemoteChain.Gateway.Hops;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>A place on the way to a host that can be asked whether it is there: the far end of a hop, or the host itself.</summary>
/// <param name="Place">The layer's number in the chain, and which of its points it is.</param>
/// <param name="Layer">Its name in failures.</param>
/// <param name="AskAsync">Asks once, with a patience: whether an answer came; null when asking is not allowed now.</param>
/// <param name="IsHost">Whether it is the host and not a hop.</param>
internal sealed record PathPoint((int Layer, int Point) Place, string Layer, Func<TimeSpan, CancellationToken, ValueTask<bool?>> AskAsync, bool IsHost = false)
{
    /// <summary>What can be asked of hops, in their order.</summary>
    public static IReadOnlyList<PathPoint> Of(IReadOnlyList<HopProbe> signs) => [.. signs.Select((sign, i) => new PathPoint(
        (sign.LayerNumber, signs.Take(i).Count(before => before.LayerNumber == sign.LayerNumber)), sign.Layer,
        async (patience, cancellationToken) => await sign.EchoAsync(patience, cancellationToken) is not null))];

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

/// <summary>Which points answered when they were asked, over all attempts of one session. Safe from any thread.</summary>
internal sealed class PathMemory
{
    private readonly HashSet<(int, int)> _answered = [];

    /// <summary>Whether the point ever answered.</summary>
    public bool Has((int, int) place)
    {
        lock (_answered)
        {
            return _answered.Contains(place);
        }
    }

    /// <summary>The point answered.</summary>
    public void Keep((int, int) place)
    {
        lock (_answered)
        {
            _answered.Add(place);
        }
    }
}
