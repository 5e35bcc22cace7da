namespace RemoteChain.Gateway.Chains;

/// <summary>The stored chains, as chains: reads documents from the store and gives back what they say.</summary>
public sealed class ChainCatalog
{
    /// <summary>The newest version of a chain; null when there is none of that name.</summary>
    public Chain? Find(string name) => throw new NotImplementedException();
}
