namespace RemoteChain.Gateway.Latency.Model;

/// <summary>One stage of one layer. Keys of a sample are in the order in which an interaction passes them for the first time.</summary>
/// <param name="Layer">0 = the user (client and way to the gateway), 1 = the chain's first layer (the gateway), and so on.</param>
/// <param name="LayerName">What people call it: <c>user</c>, <c>gateway</c>, <c>rdp desk-1</c>. No secret, no address that the chain does not show.</param>
/// <param name="Stage">Which part of its time.</param>
public readonly record struct StageKey(int Layer, string LayerName, Stage Stage)
{
    /// <inheritdoc/>
    public override string ToString() => $"{LayerName}/{Stage.Name()}";
}
