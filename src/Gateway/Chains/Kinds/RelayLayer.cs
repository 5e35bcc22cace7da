namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>A RemoteChain node at another site, from which what follows is reached.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Node">The node, as it is enrolled here.</param>
public sealed record RelayLayer(int Number, string Node) : HopLayer(Number)
{
    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new(
        "relay", "A RemoteChain node at another site: what follows is reached from there, as far as that node's own rules allow.",
    [
        new("node", "name of an enrolled node", "The node, as `remotechain relay list` names it.", null),
    ],
    reader => new RelayLayer(reader.Number, reader.NodeName("node")));

    /// <inheritdoc/>
    public override string Kind => "relay";

    /// <inheritdoc/>
    public override string Summary => Node;
}
