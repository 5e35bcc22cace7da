namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>A plain TCP connection from the node. What a chain does anyway when it names no hop; written to say so.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Timeout">How long one dial may take.</param>
public sealed record DirectLayer(int Number, TimeSpan Timeout) : HopLayer(Number)
{
    /// <summary>How long a dial may take when nothing is written.</summary>
    public static readonly TimeSpan TimeoutDefault = TimeSpan.FromSeconds(10);

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new(
        "direct", "A plain TCP connection from the node. What happens anyway when no hop is written.",
    [
        new("timeout", "a duration from 1s to 2m", "How long one dial may take.", "10s"),
    ],
    reader => new DirectLayer(
        reader.Number,
        Timeout: reader.Duration("timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2), TimeoutDefault)));

    /// <inheritdoc/>
    public override string Kind => "direct";
}
