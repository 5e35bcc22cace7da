using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Chains;

/// <summary>The stored chains, as chains: reads documents from the store and gives back what they say.</summary>
public sealed class ChainCatalog(ChainStore store)
{
    /// <summary>
    /// The newest version of a chain; null when there is none of that name, or when this version cannot read it any more (a document
    /// is checked before it is stored, so only a downgrade can bring that about).
    /// </summary>
    public Chain? Find(string name) => store.Find(name) is { } stored ? ChainDocument.Parse(stored.Text).Chain : null;
}
