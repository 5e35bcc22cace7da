namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>What the kernel knows of the session's own connection to the host, at one moment (Linux <c>TCP_INFO</c>).</summary>
/// <param name="AtNanos">When it was asked.</param>
/// <param name="SmoothedNanos">
/// Smoothed time from a segment to its acknowledgement. Acknowledgements ride on answers, so the host's time is in it: never below the way.
/// </param>
/// <param name="FloorNanos">Shortest such time of the last minutes: sticky, it does not follow a way that has become longer.</param>
/// <param name="Delivered">Segments acknowledged so far.</param>
/// <param name="Received">Segments received so far.</param>
public readonly record struct TcpFigures(long AtNanos, long SmoothedNanos, long FloorNanos, long Delivered, long Received);
