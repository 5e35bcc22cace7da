using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>Why an estimate of transport is wider than its echoes alone would make it.</summary>
public enum TransportDoubt : byte
{
    /// <summary>Nothing contradicts the echoes.</summary>
    None,

    /// <summary>
    /// The connection's own segments were acknowledged sooner than the echoes came back: what delays the echoes does not delay the user.
    /// The figure rests on the connection then, not on the echoes.
    /// </summary>
    EchoSlower,

    /// <summary>
    /// The echoes have become slower by less than the acknowledgements of the connection vary so far: the interval holds the way as it was.
    /// </summary>
    Unconfirmed,

    /// <summary>No segment of the connection was ever acknowledged as soon as the echoes come back: something nearer answers them.</summary>
    EchoFaster,
}

/// <summary>How long bytes are under way on one leg, both directions together.</summary>
/// <param name="Nanos">The figure.</param>
/// <param name="LowNanos">The true value is hardly below this.</param>
/// <param name="HighNanos">The true value is hardly above this.</param>
/// <param name="Doubt">What contradicts it.</param>
public readonly record struct TransportEstimate(long Nanos, long LowNanos, long HighNanos, TransportDoubt Doubt = TransportDoubt.None)
{
    /// <summary>Always <see cref="Grade.Estimate"/>: no stamp of this clock is at the other end.</summary>
    public Grade Grade => Grade.Estimate;

    /// <summary>As a stage of a sample.</summary>
    public StageTime ToStage(StageKey key) => new(key, Nanos, LowNanos, HighNanos, Grade);
}
