namespace RemoteChain.Gateway.Access;

/// <summary>What an invitation lets others do.</summary>
/// <param name="ViewOnly">Whether they may only watch.</param>
/// <param name="Guests">Whether somebody without an account may come.</param>
/// <param name="Uses">How many times it can be used.</param>
/// <param name="Lifetime">How long.</param>
public sealed record InvitationTerms(bool ViewOnly, bool Guests, int Uses, TimeSpan Lifetime);

/// <summary>An invitation to a running session.</summary>
/// <param name="Id">Names it within its session.</param>
/// <param name="Session">The session.</param>
/// <param name="Chain">Its chain, for people.</param>
/// <param name="InvitedBy">Who made it.</param>
/// <param name="ViewOnly">Whether the invited may only watch.</param>
/// <param name="Guests">Whether somebody without an account may come.</param>
/// <param name="UsesLeft">How many times it can still be used.</param>
/// <param name="Expires">Cannot be used afterwards.</param>
/// <param name="Joined">Names of those who have used it.</param>
public sealed record Invitation(string Id, string Session, string Chain, string InvitedBy, bool ViewOnly, bool Guests, int UsesLeft,
    DateTimeOffset Expires, IReadOnlyList<string> Joined);

/// <summary>An invitation that was just made: the only moment at which its code can be read.</summary>
public sealed class NewInvitation(Invitation invitation, string code)
{
    /// <summary>The invitation.</summary>
    public Invitation Invitation { get; } = invitation;

    /// <summary>What opens it.</summary>
    public string Code { get; } = code;

    /// <inheritdoc/>
    public override string ToString() => $"invitation {Invitation.Id}";
}

/// <summary>What came of using an invitation.</summary>
/// <param name="Invitation">Null when refused.</param>
/// <param name="Account">Who has come: the account, or one made for the guest.</param>
/// <param name="Refusal">Why it was refused.</param>
/// <param name="Sentence">The same, fit to be shown.</param>
public sealed record InvitationOutcome(Invitation? Invitation, Account? Account, SignInRefusal Refusal, string Sentence);
