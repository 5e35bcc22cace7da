using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>A hop that cannot be opened, and why: what a chain asks for is not there, such as the secret of a layer.</summary>
public sealed class ClosedHop(string layer, Failure failure) : Hop
{
    /// <inheritdoc/>
    public override string Layer => layer;

    /// <inheritdoc/>
    public override ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken) =>
        new(new HopResult(null, failure with { Layer = layer }));
}
