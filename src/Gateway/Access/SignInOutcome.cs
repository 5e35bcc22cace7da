using System.Diagnostics.CodeAnalysis;

namespace RemoteChain.Gateway.Access;

/// <summary>Why a sign-in was refused.</summary>
public enum SignInRefusal
{
    /// <summary>Not refused.</summary>
    None,

    /// <summary>Unknown account, wrong password, or a pass that is unknown, used or expired: deliberately not told apart.</summary>
    WrongCredentials,

    /// <summary>Too many failures for this account or from this address; even the right password is refused until the lock ends.</summary>
    Locked,

    /// <summary>The credentials were right but the account may not use what it asked for.</summary>
    AccessDenied,

    /// <summary>The password was right, and a code of the account's authenticator is needed as well. Not a failure.</summary>
    CodeRequired,

    /// <summary>The password was right and the code was not: wrong, used before, or of another time.</summary>
    WrongCode,

    /// <summary>More sign-ins at once than the node is willing to check.</summary>
    TooBusy,
}

/// <summary>What came of a sign-in with account and password.</summary>
/// <param name="Account">Null when refused.</param>
/// <param name="Refusal">Why.</param>
/// <param name="Sentence">What may be shown to whoever tried; empty when accepted.</param>
public sealed record SignInOutcome(Account? Account, SignInRefusal Refusal, string Sentence)
{
    /// <summary>Whether the account is who it says it is.</summary>
    [MemberNotNullWhen(true, nameof(Account))]
    public bool Accepted => Account is not null;
}
