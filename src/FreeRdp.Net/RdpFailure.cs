using FreeRdp.Native;

namespace FreeRdp;

/// <summary>How far a connection had come when it failed.</summary>
public enum RdpStage
{
    /// <summary>X.224 negotiation, before any security is in place.</summary>
    Handshake,

    /// <summary>TLS, and the decision about the certificate.</summary>
    Tls,

    /// <summary>NLA (CredSSP) or the logon that follows the secure settings exchange.</summary>
    SignIn,

    /// <summary>Capabilities and finalization, until the first update may arrive.</summary>
    Activate,

    /// <summary>The active phase.</summary>
    Run,
}

/// <summary>Why a connection failed or ended.</summary>
public enum RdpCause
{
    /// <summary>The transport could not be used at all.</summary>
    Unreachable,

    /// <summary>The other side answered and said no (security it does not offer, licensing, server denied the connection).</summary>
    Refused,

    /// <summary>A limit of time passed, on either side.</summary>
    TimedOut,

    /// <summary>The certificate is not the pinned one.</summary>
    CertificateChanged,

    /// <summary>User or password are wrong, missing or expired.</summary>
    WrongCredentials,

    /// <summary>The account is locked, disabled or restricted.</summary>
    AccountLocked,

    /// <summary>The credentials are right but not enough.</summary>
    AccessDenied,

    /// <summary>Bytes that are not what the protocol says.</summary>
    ProtocolError,

    /// <summary>Something that this library or the other side cannot do.</summary>
    Unsupported,

    /// <summary>The host ended the connection in order.</summary>
    HostClosed,

    /// <summary>The transport broke.</summary>
    ConnectionLost,

    /// <summary>The client ended the connection (peer side).</summary>
    ClientLeft,

    /// <summary>The host has no room for this connection.</summary>
    TooBusy,

    /// <summary>The user logged off.</summary>
    LoggedOff,

    /// <summary>Another connection took the session over.</summary>
    Replaced,

    /// <summary>This side was told to stop.</summary>
    Stopped,
}

/// <summary>An expected end of a connection, as a value.</summary>
/// <param name="Stage">How far it had come.</param>
/// <param name="Cause">Why it ended.</param>
/// <param name="Detail">A sentence for people; holds no secret.</param>
/// <param name="Code">libfreerdp's last error (class in the upper 16 bits), 0 when there is none.</param>
public sealed record RdpFailure(RdpStage Stage, RdpCause Cause, string Detail, uint Code)
{
    private const uint ErrorInfoClass = 1;
    private const uint ConnectClass = 2;

    /// <summary>What an error code of libfreerdp (<c>freerdp_get_last_error</c>) means; null for success and for codes without a meaning.</summary>
    internal static RdpCause? CauseOf(uint code) => (code >> 16) switch
    {
        ErrorInfoClass => CauseOfErrorInfo(code & 0xFFFF),
        ConnectClass => CauseOfConnectError(code & 0xFFFF),
        _ => null,
    };

    /// <summary>Set Error Info PDU (MS-RDPBCGR 2.2.5.1.1).</summary>
    internal static RdpCause? CauseOfErrorInfo(uint errorInfo) => errorInfo switch
    {
        0 => null,
        0x01 => RdpCause.HostClosed,
        0x02 or 0x0B or 0x0C => RdpCause.LoggedOff,
        0x03 or 0x04 => RdpCause.TimedOut,
        0x05 => RdpCause.Replaced,
        0x06 => RdpCause.TooBusy,
        0x07 => RdpCause.Refused,
        0x09 => RdpCause.AccessDenied,
        0x0A => RdpCause.WrongCredentials,
        0x0F or 0x10 or 0x11 or 0x12 or 0x17 or 0x18 => RdpCause.HostClosed,
        >= 0x100 and <= 0x10A => RdpCause.Refused,
        0x400 => RdpCause.Unreachable,
        0x408 => RdpCause.TooBusy,
        > 0x400 and <= 0x4FF => RdpCause.Refused,
        0x112D or 0x1134 or 0x1135 or 0x1136 => RdpCause.Unsupported,
        >= 0x10C9 and <= 0x1195 => RdpCause.ProtocolError,
        0x1196 => RdpCause.ConnectionLost,
        _ => RdpCause.HostClosed,
    };

    private static RdpCause? CauseOfConnectError(uint type) => type switch
    {
        0 => null,
        0x04 or 0x05 or 0x06 => RdpCause.Unreachable,
        0x07 => RdpCause.ProtocolError,
        0x08 => RdpCause.ProtocolError,
        0x09 or 0x0E or 0x0F or 0x13 or 0x14 or 0x15 or 0x1B => RdpCause.WrongCredentials,
        0x0A or 0x16 or 0x1A => RdpCause.AccessDenied,
        0x0B => RdpCause.Stopped,
        0x0C => RdpCause.Refused,
        0x0D => RdpCause.ConnectionLost,
        0x10 or 0x12 or 0x17 or 0x18 or 0x19 => RdpCause.AccountLocked,
        0x11 => RdpCause.Unreachable,
        0x1C => RdpCause.TimedOut,
        _ => RdpCause.ProtocolError,
    };

    /// <summary>libfreerdp's own sentence for a code.</summary>
    internal static unsafe string TextOf(uint code) =>
        // SAFETY: the string is a constant of the library.
        Utf8.Read(Native.Freerdp.freerdp_get_last_error_string(code)) ?? $"error 0x{code:X8}";
}
