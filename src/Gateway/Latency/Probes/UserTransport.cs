namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// The way between the gateway and one client, both directions together, from the round trips that the client's front worker measures
/// inside the connection: network autodetect (MS-RDPBCGR 2.2.14) and ECHO (MS-RDPEECO). Not thread-safe.
/// </summary>
public sealed class UserTransport
{
    private readonly EchoWindow _echoes = new();

    /// <summary>Keeps what was measured in one round.</summary>
    /// <param name="atNanos">When it was reported, of the machine's monotonic clock.</param>
    /// <param name="autodetectNanos">Round trip by autodetect; 0 = none.</param>
    /// <param name="echoNanos">Round trip by ECHO; 0 = none.</param>
    public void Add(long atNanos, long autodetectNanos, long echoNanos)
    {
        // Both went the same way in the same moment; what one took longer is the client, which answers between other work.
        long shorter = (autodetectNanos, echoNanos) switch
        {
            ( > 0, > 0) => Math.Min(autodetectNanos, echoNanos),
            _ => Math.Max(autodetectNanos, echoNanos),
        };
        if (shorter > 0)
        {
            _echoes.Add(atNanos, shorter);
        }
    }

    /// <summary>The estimate of now; null when nothing was measured within the last seconds.</summary>
    public TransportEstimate? Estimate(long nowNanos) => _echoes.Estimate(nowNanos);
}
