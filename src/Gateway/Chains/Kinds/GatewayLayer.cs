namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>The gateway itself. Optional first layer; there to carry the options of the session.</summary>
/// <param name="Number">Place in the document; 0 when the layer is not written and stands for the defaults.</param>
/// <param name="Keep">How long a session that nobody looks at is kept before it is closed.</param>
/// <param name="ViewOnly">Whether fronts may only watch unless they ask for control (and may have it).</param>
public sealed record GatewayLayer(int Number, TimeSpan Keep, bool ViewOnly) : Layer(Number)
{
    /// <summary>What holds when a document has no gateway layer.</summary>
    public static readonly GatewayLayer Default = new(0, TimeSpan.FromHours(8), ViewOnly: false);

    /// <inheritdoc/>
    public override string Kind => "gateway";
}
