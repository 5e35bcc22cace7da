using System.Text;
using FreeRdp.Native;

namespace FreeRdp;

// Where the connection stands, and what its end means.
public sealed unsafe partial class RdpClient
{
    private const uint LogonBadPassword = 0;
    private const uint LogonNoPermission = 0xFFFFFFFA;
    private const uint LogonRefused = 0xFFFFFFF9;

    private RdpStage _stage = RdpStage.Handshake;
    private uint? _errorBeforeRedial;
    private bool _certificateChanged;
    private bool _firstByteSeen;
    private bool _speaksRdp = true;
    private (uint Data, uint Type)? _logonError;

    /// <summary>How far the connection has come.</summary>
    public RdpStage Stage => _stage;

    private void EnterState(int state)
    {
        var stage = state switch
        {
            >= ConnectionState.CAPABILITIES_EXCHANGE_DEMAND_ACTIVE => RdpStage.Activate,
            >= ConnectionState.SECURE_SETTINGS_EXCHANGE => RdpStage.SignIn,
            >= ConnectionState.MCS_CREATE_REQUEST => RdpStage.Activate,
            ConnectionState.NLA => RdpStage.SignIn,
            _ => _stage,
        };
        // The states that follow a disconnect start again from the beginning; the stage that was reached is what counts.
        if (_stage != RdpStage.Run && state >= ConnectionState.NLA)
            _stage = stage;
    }

    private bool AcceptCertificate(byte* pem)
    {
        _stage = RdpStage.Tls;
        Certificate = ReadCertificate(pem);
        if (_options.PinnedCertificateSha256 is not { Length: > 0 } pinned)
            return true;
        _certificateChanged = Certificate is null
            || !string.Equals(pinned.Replace(":", "", StringComparison.Ordinal), Certificate.Sha256, StringComparison.OrdinalIgnoreCase);
        return !_certificateChanged;
    }

    private static RdpCertificate? ReadCertificate(byte* pem)
    {
        // SAFETY: pem is zero-terminated and its first block is the host's certificate; what the getters return is ours to free.
        var native = Native.Certificate.freerdp_certificate_new_from_pem(pem);
        if (native is null)
            return null;
        fixed (byte* sha256 = "sha256\0"u8)
        {
            var fingerprint = Native.Certificate.freerdp_certificate_get_fingerprint_by_hash_ex(native, sha256, BOOL.FALSE);
            var subject = Native.Certificate.freerdp_certificate_get_subject(native);
            try
            {
                return Utf8.Read(fingerprint) is { } hex ? new RdpCertificate(hex.ToLowerInvariant(), Printable(Utf8.Read(subject))) : null;
            }
            finally
            {
                Posix.free(fingerprint);
                Posix.free(subject);
                Native.Certificate.freerdp_certificate_free(native);
            }
        }
    }

    // The subject comes from the host and goes to people's screens and logs.
    private static string Printable(string? text)
    {
        const int lengthMax = 256;
        var clean = new StringBuilder(lengthMax);
        foreach (var c in (text ?? "").AsSpan()[..Math.Min(text?.Length ?? 0, lengthMax)])
            clean.Append(char.IsControl(c) ? '?' : c);
        return clean.ToString();
    }

    private RdpFailure Failure(RdpCause cause, string detail, uint code = 0) => new(_stage, cause, detail, code);

    private RdpFailure WhyNotConnected()
    {
        if (_certificateChanged)
        {
            return Failure(RdpCause.CertificateChanged,
                $"The host's certificate is {Certificate?.Sha256 ?? "unreadable"}, not the pinned one.");
        }

        if (!_speaksRdp)
            return Failure(RdpCause.ProtocolError, "The other side does not speak RDP.");

        var code = _errorBeforeRedial is { } before and not 0 ? before : Freerdp.freerdp_get_last_error(Context);
        var cause = RdpFailure.CauseOf(code);
        if (_errorBeforeRedial is not null && _stage == RdpStage.Handshake)
        {
            // libfreerdp offers the next protocol on a new connection when the host refuses the first.
            return Failure(cause is RdpCause.ConnectionLost ? RdpCause.ConnectionLost : RdpCause.Refused,
                "The host refused the security protocols that were offered, or closed the connection.", code);
        }

        // CredSSP runs inside the TLS that is being made, before the state machine moves on.
        if (cause is RdpCause.WrongCredentials or RdpCause.AccountLocked or RdpCause.AccessDenied && _stage < RdpStage.SignIn)
            _stage = RdpStage.SignIn;
        return Failure(cause ?? RdpCause.ProtocolError, RdpFailure.TextOf(code), code);
    }

    private RdpFailure WhyEnded()
    {
        // SAFETY: both read numbers from a live context.
        var errorInfo = Freerdp.freerdp_error_info(_instance.Instance);
        var code = Freerdp.freerdp_get_last_error(Context);
        if (_logonError is { } logon && errorInfo == 0)
        {
            switch (logon)
            {
                case { Data: LogonBadPassword, Type: LogonNoPermission or LogonRefused }:
                    return Failure(RdpCause.AccessDenied, "The host refused the sign-in.", code);
            }
        }

        if (RdpFailure.CauseOfErrorInfo(errorInfo) is { } told)
            return Failure(told, RdpFailure.TextOf(0x10000 | errorInfo), 0x10000 | errorInfo);
        return RdpFailure.CauseOf(code) is { } cause
            ? Failure(cause, RdpFailure.TextOf(code), code)
            : Failure(RdpCause.HostClosed, "The host closed the connection.", code);
    }
}
