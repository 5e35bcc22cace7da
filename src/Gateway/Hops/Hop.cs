using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// A layer that carries bytes to the next one: it turns the dialer before it into a dialer that reaches further. Folding a chain's hops
/// from the user's side to the far end gives the dialer that reaches the host.
/// </summary>
public abstract class Hop
{
    /// <summary>The layer's name in failures and reports.</summary>
    public abstract string Layer { get; }

    /// <summary>
    /// Opens the hop through <paramref name="inner"/>, which the returned dialer owns from then on.
    /// </summary>
    public abstract ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken);

    /// <summary>Opens all hops in order; on failure everything opened so far is given back.</summary>
    public static async ValueTask<HopResult> FoldAsync(IEnumerable<Hop> hops, CancellationToken cancellationToken)
    {
        Dialer dialer = new TcpDialer(Network.Machine);
        foreach (var hop in hops)
        {
            var opened = await hop.OpenAsync(dialer, cancellationToken);
            if (opened.Dialer is null)
            {
                await dialer.DisposeAsync();
                return opened;
            }

            dialer = opened.Dialer;
        }

        return new HopResult(dialer, null);
    }
}

/// <summary>The dialer beyond a hop, or why it could not be opened.</summary>
public readonly record struct HopResult(Dialer? Dialer, Failure? Failure);
