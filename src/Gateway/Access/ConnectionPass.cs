namespace RemoteChain.Gateway.Access;

/// <summary>What a connection pass entitles to, once it is redeemed.</summary>
/// <param name="Id">Public identifier, <c>rc-</c> and base32; travels as the user name of the RDP client.</param>
/// <param name="Account">Whose session is joined or opened.</param>
/// <param name="ChainName">The one chain that it opens.</param>
/// <param name="ViewOnly">Whether the front may only watch.</param>
/// <param name="Expires">Not redeemable afterwards.</param>
/// <param name="Session">The one running session that it joins; null when it joins or opens the account's own.</param>
public sealed record ConnectionPass(string Id, Account Account, string ChainName, bool ViewOnly, DateTimeOffset Expires, string? Session = null);

/// <summary>A pass that was just made: the only moment at which its secret can be read.</summary>
public sealed class NewConnectionPass(ConnectionPass pass, string secret)
{
    /// <summary>The public part.</summary>
    public ConnectionPass Pass { get; } = pass;

    /// <summary>The password that belongs to it.</summary>
    public string Secret { get; } = secret;

    /// <inheritdoc/>
    public override string ToString() => $"pass {Pass.Id}";
}

/// <summary>What came of redeeming a pass.</summary>
/// <param name="Pass">Null when refused.</param>
/// <param name="Refusal">Why.</param>
/// <param name="Sentence">What may be shown to whoever tried.</param>
public sealed record PassOutcome(ConnectionPass? Pass, SignInRefusal Refusal, string Sentence);
