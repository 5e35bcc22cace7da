namespace RemoteChain.Gateway.Hops;

/// <summary>
/// Asks the far end of one open hop for an echo, over everything in front of it. The round trip of a hop holds those of the hops before it,
/// so that the difference of two neighbours is what the later one adds.
/// </summary>
/// <param name="layerNumber">The hop's place in the chain.</param>
/// <param name="layer">Its name in failures and reports.</param>
public abstract class HopProbe(int layerNumber, string layer)
{
    /// <summary>The hop's place in the chain.</summary>
    public int LayerNumber => layerNumber;

    /// <summary>Its name in failures and reports.</summary>
    public string Layer => layer;

    /// <summary>Asks once. Null when no answer came within <paramref name="patience"/>.</summary>
    public abstract ValueTask<HopEcho?> EchoAsync(TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>An answer of a hop's far end.</summary>
/// <param name="RoundTripNanos">From the question to the answer, on this machine's clock.</param>
/// <param name="InsideNanos">What of it the far end spent by itself, measured on its own clock; null when it does not say.</param>
/// <param name="ThroughNanos">
/// How long the far end kept the session's own bytes lately, both directions together, measured on its own clock; null when it does not say.
/// </param>
public readonly record struct HopEcho(long RoundTripNanos, long? InsideNanos, long? ThroughNanos = null);
