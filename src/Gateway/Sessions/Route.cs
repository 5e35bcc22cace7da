using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Hops;

namespace RemoteChain.Gateway.Sessions;

/// <summary>How a chain's layers become the hops that reach its desktop, with what the node gives them for it.</summary>
public sealed class Route
{
    /// <summary>The hops in dialing order..</summary>
    public IEnumerable<Hop> HopsOf(Chain chain) => chain.Hops.Select(HopOf);

    private static Hop HopOf(HopLayer layer) => layer switch
    {
        DirectLayer direct => new DirectHop(direct.Timeout),
        _ => throw new InvalidOperationException($"{layer.Label} has no hop: name it here"),
    };
}
