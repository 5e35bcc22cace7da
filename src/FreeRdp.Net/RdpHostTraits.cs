namespace FreeRdp;

/// <summary>
/// What a host told of its software while the connection was made, as it said it: nothing here is believed or judged. Its order of
/// capability sets says more than its words, because servers all claim to be Windows.
/// </summary>
public sealed record RdpHostTraits
{
    /// <summary>Capability sets kept at most; the protocol has 30.</summary>
    public const int CapabilitySetsMax = 64;

    /// <summary>The operating system's kind and variant, as in TS_GENERAL_CAPABILITYSET (MS-RDPBCGR 2.2.7.1.1); null when not told.</summary>
    public (int Major, int Minor)? System { get; init; }

    /// <summary>Numbers of the capability sets in the order in which they came (MS-RDPBCGR 2.2.1.13.1.1.1).</summary>
    public IReadOnlyList<int> CapabilitySets { get; init; } = [];

    /// <summary>extraFlags of TS_GENERAL_CAPABILITYSET.</summary>
    public int ExtraFlags { get; init; }

    /// <summary>Whether the host says that it paints anew when asked.</summary>
    public bool RefreshRect { get; init; }

    /// <summary>Whether the host says that it can be told to stop painting.</summary>
    public bool SuppressOutput { get; init; }

    /// <summary>shareId: names the connection in what is sent to the host.</summary>
    internal uint ShareId { get; init; }
}

/// <summary>What a host did since the connection began that says how it measures and paces.</summary>
/// <param name="RoundTripRequests">Round trips that it measured by autodetect (MS-RDPBCGR 2.2.14.1.1); all were answered at once.</param>
/// <param name="BandwidthRequests">Bandwidth measurements that it ended (2.2.14.1.4); all were answered.</param>
/// <param name="Results">Results that it told (2.2.14.1.5).</param>
/// <param name="LogonSeen">Whether it told that a user is signed in (2.2.10.1).</param>
/// <param name="GraphicsVersion">Version of the graphics pipeline that it chose (MS-RDPEGFX 2.2.1.6), 0 = none.</param>
/// <param name="Frames">Frames of the graphics pipeline.</param>
/// <param name="StampedFrames">How many of them carried a timestamp (MS-RDPEGFX 2.2.2.11).</param>
/// <param name="DelayVariationMillis">
/// By how much the last stamped frame came later than the earliest of the last ones, by the host's clock and ours: variation of the way
/// down, encoding included where the host stamps before it. -1 = no frame is stamped.
/// </param>
public readonly record struct RdpHostConduct(
    uint RoundTripRequests, uint BandwidthRequests, uint Results, bool LogonSeen, uint GraphicsVersion, uint Frames, uint StampedFrames,
    int DelayVariationMillis);
