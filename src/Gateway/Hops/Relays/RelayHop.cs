using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>What a relay is asked for: everything that a grant names beside the destination.</summary>
/// <param name="Chain">Name of the chain.</param>
/// <param name="LayerNumber">The relay's place in it.</param>
/// <param name="Layer">Its name in failures and reports.</param>
/// <param name="Session">Id of the session.</param>
/// <param name="Peer">The enrolled node.</param>
public sealed record RelayErrand(string Chain, int LayerNumber, string Layer, string Session, string Peer);

/// <summary>A RemoteChain node at another site: what is beyond it is dialed from there.</summary>
public sealed class RelayHop(RelayErrand errand, RelayNode node) : Hop
{
    /// <inheritdoc/>
    public override string Layer => errand.Layer;

    /// <inheritdoc/>
    public override ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken)
    {
        var peer = node.Store.Find(errand.Peer);
        string? why = peer is null ? $"no node '{errand.Peer}' is enrolled here"
            : peer.Address is null && inner.Network != Network.Machine ? $"{errand.Peer} dials out to this node, so no hop can stand before it" : null;
        return new(why is null ? new HopResult(new RelayDialer(errand, peer!, node, inner), null)
            : new HopResult(null, new Failure(FailureStage.Dial, FailureCause.AccessDenied, why) { Layer = errand.Layer }));
    }
}
