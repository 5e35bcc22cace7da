namespace RemoteChain.Gateway.Access;

/// <summary>Who may use and change which chain.</summary>
public sealed class ChainAccess
{
    /// <summary>Whether the account may open sessions of the chain: its owner, whoever was granted it, and admins.</summary>
    public bool MayUse(Account account, string chainName) => throw new NotImplementedException();

    /// <summary>Whether the account may change the chain: its owner and admins.</summary>
    public bool MayChange(Account account, string chainName) => throw new NotImplementedException();

    /// <summary>Names of all chains that the account may open, sorted; asked when somebody signs in without naming one.</summary>
    public IReadOnlyList<string> UsableBy(Account account) => throw new NotImplementedException();
}
