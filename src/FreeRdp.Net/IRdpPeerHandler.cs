namespace FreeRdp;

/// <summary>What a peer tells its owner. All calls come on the owner's thread, from inside <see cref="RdpPeer.Process"/>.</summary>
public interface IRdpPeerHandler
{
    /// <summary>NLA asks for the NT hash (MD4 of the UTF-16LE password) of a user, while the connection waits. May block for a bounded time.</summary>
    /// <param name="user">As the client typed it.</param>
    /// <param name="domain">As the client typed it, may be empty.</param>
    /// <param name="ntHash">Sixteen bytes to fill in.</param>
    /// <returns>False when there is no such user: the client is told that its credentials are wrong.</returns>
    bool TryGetNtHash(string user, string domain, Span<byte> ntHash);

    /// <summary>The client has said who it is. The connection goes on by itself: show a notice until it is decided whether the user may in.</summary>
    void SignedIn(RdpPeerClient client);

    /// <summary>Pictures can be sent (for the first time, or again after a resize).</summary>
    void Active();

    /// <summary>Input has arrived.</summary>
    void Input(in RdpPeerInput input);

    /// <summary>The client's window has another size (display control channel).</summary>
    /// <param name="width">Even, 200 to 8192.</param>
    /// <param name="height">200 to 8192.</param>
    /// <param name="scalePercent">100 to 500.</param>
    void ResizeRequested(int width, int height, int scalePercent);

    /// <summary>The client wants to see everything anew.</summary>
    void RefreshRequested();

    /// <summary>The client is minimised (or not any more): pictures are not wanted.</summary>
    void OutputSuppressed(bool suppressed);

    /// <summary>The client has decoded a frame and all that were sent before it.</summary>
    /// <param name="frame">Its number, <see cref="RdpPeerDisplay.LastFrame"/> when it was sent.</param>
    /// <param name="receivedNanos">When the acknowledgement came in, CLOCK_MONOTONIC.</param>
    void FrameAcknowledged(uint frame, long receivedNanos);

    /// <summary>The round trip to the client was measured.</summary>
    /// <param name="probe">How.</param>
    /// <param name="nanos">From just before the request was written to just after the answer was read.</param>
    void RoundTripMeasured(RdpPeerProbe probe, long nanos);
}

/// <summary>How a round trip was measured.</summary>
public enum RdpPeerProbe
{
    /// <summary>Network characteristics detection (MS-RDPBCGR 2.2.14).</summary>
    Autodetect,

    /// <summary>The ECHO channel (MS-RDPEECO): includes the client's channel handling.</summary>
    Echo,
}

/// <summary>Who the client says it is and what it wants.</summary>
/// <param name="User">As typed.</param>
/// <param name="Domain">As typed, may be empty.</param>
/// <param name="Password">As typed; empty when NLA has proved it.</param>
/// <param name="ByNla">The password was proved by NLA.</param>
/// <param name="ClientName">The client machine's name.</param>
/// <param name="Width">Desktop width that is wanted.</param>
/// <param name="Height">Desktop height that is wanted.</param>
/// <param name="ScalePercent">Desktop scale, 100 to 500.</param>
/// <param name="KeyboardLayout">Windows keyboard layout id.</param>
public sealed record RdpPeerClient(
    string User, string Domain, string Password, bool ByNla, string ClientName, int Width, int Height, int ScalePercent, uint KeyboardLayout)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Domain}\\{User} from {ClientName}, {Width}×{Height} at {ScalePercent} %";
}

/// <summary>Kinds of input.</summary>
public enum RdpPeerInputKind
{
    /// <summary>Key by scancode; flags KBDFLAGS_* (MS-RDPBCGR 2.2.8.1.1.3.1.1.1), A = code.</summary>
    Scancode,

    /// <summary>Key by UTF-16 unit; flags KBDFLAGS_RELEASE, A = unit.</summary>
    Unicode,

    /// <summary>Mouse; flags PTRFLAGS_* (2.2.8.1.1.3.1.1.3), A = x, B = y.</summary>
    Mouse,

    /// <summary>Extended mouse buttons; flags PTRXFLAGS_* (2.2.8.1.1.3.1.1.4), A = x, B = y.</summary>
    ExtendedMouse,

    /// <summary>State of the lock keys; flags TS_SYNC_* (2.2.8.1.1.3.1.1.5).</summary>
    Synchronize,
}

/// <summary>One input of the client.</summary>
/// <param name="Kind">What the other fields mean.</param>
/// <param name="Flags">See <see cref="RdpPeerInputKind"/>.</param>
/// <param name="A">See <see cref="RdpPeerInputKind"/>.</param>
/// <param name="B">See <see cref="RdpPeerInputKind"/>.</param>
/// <param name="ReceivedNanos">When its bytes came in, CLOCK_MONOTONIC.</param>
public readonly record struct RdpPeerInput(RdpPeerInputKind Kind, ushort Flags, ushort A, ushort B, long ReceivedNanos);
