namespace RemoteChain.Gateway.Access;

/// <summary>What an account may do beyond its own chains and sessions.</summary>
public enum Role
{
    /// <summary>Uses the chains that it owns or was granted.</summary>
    User,

    /// <summary>Sees and changes everything.</summary>
    Admin,
}

/// <summary>A local account, as the rest of the node knows it: without its password hash.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Name">As typed at sign-in; compared without regard to case.</param>
/// <param name="Role">What it may do.</param>
public sealed record Account(long Id, string Name, Role Role)
{
    /// <summary>Whether it was made for somebody without an account, who came by an invitation. Not in the store.</summary>
    public bool IsGuest => Id < 0;

    /// <summary>Whether the account sees and changes everything.</summary>
    public bool IsAdmin => Role == Role.Admin;
}
