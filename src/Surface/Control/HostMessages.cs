namespace RemoteChain.Surface.Control;

/// <summary>
/// Node → desktop worker: send the host a Shutdown Request and time its refusal (MS-RDPBCGR 2.2.2.1). Some servers end the session instead:
/// the node sends this only where the server is known and the operator allowed it. Not answered when it could not be sent.
/// </summary>
public sealed record EchoHost : ControlMessage;

/// <summary>Desktop worker → node: the answer to <see cref="EchoHost"/>.</summary>
/// <param name="RoundTripNanos">From writing the request until the answer was readable.</param>
public sealed record HostEcho(long RoundTripNanos) : ControlMessage;

/// <summary>
/// Desktop worker → node: what the host's server did so far that says how it measures and paces; at most once a second, and only when
/// something has changed.
/// </summary>
/// <param name="RoundTripRequests">Round trips that the host measured by autodetect (MS-RDPBCGR 2.2.14.1.1), answered at once.</param>
/// <param name="BandwidthRequests">Bandwidth measurements that it ended (2.2.14.1.4), answered at once.</param>
/// <param name="Results">Results that it told (2.2.14.1.5).</param>
/// <param name="LogonSeen">Whether it told that a user is signed in (2.2.10.1).</param>
/// <param name="GraphicsVersion">Version of the graphics pipeline that it chose (MS-RDPEGFX 2.2.1.6), 0 = none.</param>
/// <param name="Frames">Frames of the graphics pipeline.</param>
/// <param name="StampedFrames">How many of them carried the host's time (MS-RDPEGFX 2.2.2.11).</param>
/// <param name="DelayVariationMillis">
/// How much later the newest stamped frame came than the earliest of the last ones: a change of the way down, never its length; -1 = none.
/// </param>
public sealed record HostConduct(
    uint RoundTripRequests, uint BandwidthRequests, uint Results, bool LogonSeen, uint GraphicsVersion, uint Frames, uint StampedFrames,
    int DelayVariationMillis) : ControlMessage;
