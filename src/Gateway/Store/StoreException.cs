namespace RemoteChain.Gateway.Store;

/// <summary>The store cannot be opened. The message is a sentence for whoever starts the node.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
