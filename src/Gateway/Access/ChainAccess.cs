using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>Who may use and change which chain.</summary>
public sealed class ChainAccess(ChainStore chains)
{
    /// <summary>Whether the account may open sessions of the chain: its owner, whoever was granted it, and admins.</summary>
    public bool MayUse(Account account, string chainName) => chains.Find(chainName) is { } chain && MayUse(account, chain);

    /// <summary>Whether the account may open sessions of a chain that is at hand.</summary>
    public bool MayUse(Account account, StoredChain chain) => MayChange(account, chain) || chains.IsGranted(chain.Name, account.Id);

    /// <summary>Whether the account may change the chain: its owner and admins.</summary>
    public static bool MayChange(Account account, StoredChain chain) => account.IsAdmin || chain.OwnerId == account.Id;

    /// <summary>Names of all chains that the account may open, sorted; asked when somebody signs in without naming one.</summary>
    public IReadOnlyList<string> UsableBy(Account account) =>
        [.. chains.List().Where(chain => MayUse(account, chain)).Select(chain => chain.Name)];
}
