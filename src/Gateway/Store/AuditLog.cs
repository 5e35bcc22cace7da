namespace RemoteChain.Gateway.Store;

/// <summary>What happened, as a closed vocabulary: <c>session-opened</c> and so on.</summary>
public enum AuditAction
{
    SignInAccepted, SignInRefused, SignedOut, AccountLocked, AccountUnlocked,
    SessionOpened, SessionJoined, SessionLeft, SessionKilled, SessionEnded, SessionFailed, FrontDetached,
    ChainSaved, ChainDeleted, ChainRestored, ChainGranted, ChainRevoked,
    SecretSaved, SecretDeleted, PassCreated, PassRedeemed,
    AccountAdded, AccountChanged, AccountDeleted, TokenCreated, TokenRevoked,
    CertificatePinned, CertificateChanged, PinForgotten,
    NodeStarted, NodeStopped,
}

/// <summary>One thing that happened.</summary>
/// <param name="Action">What.</param>
/// <param name="Actor">Account name as typed or known; empty for the node itself.</param>
/// <param name="Subject">What it was done to: a chain, session, account or secret, by name.</param>
/// <param name="Address">Where it came from; empty when local.</param>
/// <param name="Detail">A sentence for people; never a secret.</param>
public sealed record AuditEvent(AuditAction Action, string Actor, string Subject, string Address = "", string Detail = "");

/// <summary>The append-only record of who did what.</summary>
public sealed class AuditLog
{
    /// <summary>Adds an event with the present time.</summary>
    public void Append(AuditEvent auditEvent) => throw new NotImplementedException();
}
