using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Surface;
using Doubted = RemoteChain.Gateway.Latency.Probes.TransportDoubt;

namespace RemoteChain.Gateway.Sessions;

/// <summary>What is known of a session's host and of the way to it, as it is now.</summary>
/// <param name="Server">Which software its server is: <c>xrdp</c>, <c>freerdp</c>, <c>windows</c> or <c>unknown</c>.</param>
/// <param name="TransportNanos">Both ways between gateway and host; null when not measured.</param>
/// <param name="TransportLowNanos">The true value is hardly below this.</param>
/// <param name="TransportHighNanos">The true value is hardly above this.</param>
/// <param name="TransportDoubt">What contradicts it: <c>none</c>, <c>echo-slower</c>, <c>unconfirmed</c> or <c>echo-faster</c>.</param>
/// <param name="FloorNanos">Shortest acknowledgement of the last minutes, by the kernel: a floor that does not follow a longer way.</param>
/// <param name="RoundTripRequests">Round trips that the host measured by autodetect; each was answered at once.</param>
/// <param name="BandwidthRequests">Bandwidth measurements of the host; each was answered.</param>
/// <param name="AutodetectResults">Results that the host told.</param>
/// <param name="GraphicsVersion">Version of the graphics pipeline (MS-RDPEGFX 2.2.1.6) in hexadecimal; empty = none.</param>
/// <param name="StampedFrames">Frames that carried the host's time.</param>
/// <param name="DelayVariationMillis">How much later the newest of them came than the earliest of the last ones; null = none.</param>
public sealed record HostSummary(
    string Server, long? TransportNanos, long? TransportLowNanos, long? TransportHighNanos, string TransportDoubt, long? FloorNanos,
    uint RoundTripRequests, uint BandwidthRequests, uint AutodetectResults, string GraphicsVersion, uint StampedFrames, int? DelayVariationMillis)
{
    /// <summary>The hops on the way that can be asked, from the gateway to the host.</summary>
    public IReadOnlyList<HopSummary> Hops { get; init; } = [];

    /// <summary>As the leg and the estimate stand; null while there is no connection to a host.</summary>
    public static HostSummary? Of(HostLeg? leg, HostTransport way, HopWays hops, Chain chain)
    {
        if (leg is null)
        {
            return null;
        }

        long nowNanos = MonotonicClock.NowNanos();
        var estimate = way.Estimate(nowNanos);
        var conduct = leg.Conduct;
        return new HostSummary(
            leg.Server.Name, estimate?.Nanos, estimate?.LowNanos, estimate?.HighNanos, WordOf(estimate?.Doubt),
            way.FloorNanos(nowNanos), conduct?.RoundTripRequests ?? 0, conduct?.BandwidthRequests ?? 0, conduct?.Results ?? 0,
            conduct is { GraphicsVersion: > 0 } ? $"{conduct.GraphicsVersion:x}" : "", conduct?.StampedFrames ?? 0,
            conduct is { DelayVariationMillis: >= 0 } ? conduct.DelayVariationMillis : null)
        {
            Hops = [.. hops.Read(nowNanos).Select(hop => HopSummary.Of(hop, chain))],
        };
    }

    // The word for lists; the property of the same name is in the way of the type's.
    private static string WordOf(Doubted? doubt) => doubt switch
    {
        Doubted.EchoSlower => "echo-slower",
        Doubted.EchoFaster => "echo-faster",
        Doubted.Unconfirmed => "unconfirmed",
        _ => "none",
    };
}
