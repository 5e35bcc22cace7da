using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Probes;

namespace RemoteChain.Gateway.Sessions;

/// <summary>What is known of the way to one hop of a session, as it is now.</summary>
/// <param name="LayerNumber">Its place in the chain.</param>
/// <param name="Layer">Its name.</param>
/// <param name="WayNanos">Both ways over everything in front of it; null when not known.</param>
/// <param name="WayLowNanos">The true value is hardly below this.</param>
/// <param name="WayHighNanos">The true value is hardly above this.</param>
/// <param name="InsideNanos">What the session's bytes take in it, both directions, as it tells itself; null when it does not.</param>
/// <param name="IsSilent">Whether it was asked and never answered.</param>
public sealed record HopSummary(
    int LayerNumber, string Layer, long? WayNanos, long? WayLowNanos, long? WayHighNanos, long? InsideNanos, bool IsSilent)
{
    /// <summary>A reading with the layer's name.</summary>
    public static HopSummary Of(in HopReading reading, Chain chain)
    {
        int number = reading.LayerNumber;
        return new HopSummary(
            number, chain.Layers.FirstOrDefault(layer => layer.Number == number)?.Title ?? $"layer {number}", reading.Way?.Nanos,
            reading.Way?.LowNanos, reading.Way?.HighNanos, reading.Inside?.Nanos, reading.IsSilent);
    }
}
