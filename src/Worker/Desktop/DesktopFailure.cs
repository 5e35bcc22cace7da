using FreeRdp;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Desktop;

/// <summary>From the wrapper's words to the project's.</summary>
static class DesktopFailure
{
    internal static Failure Of(RdpFailure failure) => new(StageOf(failure.Stage), CauseOf(failure.Cause), failure.Detail);

    internal static FailureStage StageOf(RdpStage stage) => stage switch
    {
        RdpStage.Handshake => FailureStage.Handshake,
        RdpStage.Tls => FailureStage.Tls,
        RdpStage.SignIn => FailureStage.SignIn,
        RdpStage.Activate => FailureStage.Activate,
        _ => FailureStage.Run,
    };

    internal static FailureCause CauseOf(RdpCause cause) => cause switch
    {
        RdpCause.Unreachable => FailureCause.Unreachable,
        RdpCause.Refused => FailureCause.Refused,
        RdpCause.TimedOut => FailureCause.TimedOut,
        RdpCause.CertificateChanged => FailureCause.CertificateChanged,
        RdpCause.WrongCredentials => FailureCause.WrongCredentials,
        RdpCause.AccountLocked => FailureCause.AccountLocked,
        RdpCause.AccessDenied => FailureCause.AccessDenied,
        RdpCause.Unsupported => FailureCause.Unsupported,
        RdpCause.HostClosed => FailureCause.HostClosed,
        RdpCause.ConnectionLost => FailureCause.ConnectionLost,
        RdpCause.ClientLeft => FailureCause.ClientLeft,
        RdpCause.TooBusy => FailureCause.TooBusy,
        RdpCause.LoggedOff => FailureCause.LoggedOff,
        RdpCause.Replaced => FailureCause.Replaced,
        RdpCause.Stopped => FailureCause.Stopped,
        _ => FailureCause.ProtocolError,
    };
}
