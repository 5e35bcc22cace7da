namespace RemoteChain.Gateway.Hops;

/// <summary>The hop that adds nothing: the next layer is reached from where the previous one ends.</summary>
public sealed class DirectHop : Hop
{
    /// <inheritdoc/>
    public override string Layer => "direct";

    /// <inheritdoc/>
    public override ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken) => new(new HopResult(inner, null));
}
