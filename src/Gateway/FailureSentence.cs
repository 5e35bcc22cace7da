using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway;

/// <summary>Failures for people: one sentence, without a full stop, that names the layer and what happened there.</summary>
public static class FailureSentence
{
    /// <summary>For example <c>rdp desk-1: the host did not accept the user name or password</c>.</summary>
    public static string Sentence(this Failure failure)
    {
        string what = What(failure);
        string detail = failure.Detail.Length == 0 ? "" : $" ({failure.Detail.TrimEnd('.')})";
        return failure.Layer is null ? what + detail : $"{failure.Layer}: {what}{detail}";
    }

    private static string What(Failure failure) => failure.Cause switch
    {
        FailureCause.Unreachable => "the host cannot be reached",
        FailureCause.Refused => "the host refused the connection",
        FailureCause.TimedOut => $"no answer in time while at stage {failure.Stage.Text()}",
        FailureCause.NameUnknown => "the host's name is not known",
        FailureCause.CertificateChanged => "the host's certificate is not the one that was seen before; if this is right, forget the old one",
        FailureCause.WrongCredentials => "the host did not accept the user name or password",
        FailureCause.AccountLocked => "the account is locked or expired at the host",
        FailureCause.AccessDenied => "the account may not sign in there",
        FailureCause.ProtocolError => $"broken protocol at stage {failure.Stage.Text()}",
        FailureCause.Unsupported => $"something that is not supported was asked for at stage {failure.Stage.Text()}",
        FailureCause.HostClosed => "the host closed the connection",
        FailureCause.ConnectionLost => "the connection broke",
        FailureCause.WorkerDied => "the worker process of this connection died",
        FailureCause.SurfaceCorrupt => "the worker process of this connection misbehaved and was ended",
        FailureCause.ClientLeft => "the client left",
        FailureCause.TooBusy => "the gateway is too busy",
        FailureCause.LoggedOff => "the user logged off",
        FailureCause.Replaced => "another connection took the desktop over",
        FailureCause.Stopped => "ended on request",
        FailureCause.HopDown => "this part of the way is down",
        FailureCause.KeyChanged => "the key is not the one that was seen before; if this is right, forget the old one",
        FailureCause.PolicyRefused => "a rule forbids it",
        FailureCause.GuestStopped => "the machine has stopped",
        FailureCause.TemplateBroken => "the machine cannot be made from its template",
        _ => failure.Cause.ToString(),
    };
}
