namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>A plain TCP connection from the node. What a chain does anyway when it names no hop; written to say so.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Timeout">How long one dial may take.</param>
public sealed record DirectLayer(int Number, TimeSpan Timeout) : HopLayer(Number)
{
    /// <summary>How long a dial may take when nothing is written.</summary>
    public static readonly TimeSpan TimeoutDefault = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override string Kind => "direct";
}
