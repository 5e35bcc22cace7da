namespace RemoteChain.Surface.Control;

/// <summary>One message between the node and a worker (docs/worker-protocol.md). Whoever receives one owns its descriptors and secrets;
/// whoever sends one keeps its own.</summary>
public abstract record ControlMessage : IDisposable
{
    /// <summary>The descriptors that travel with the message, in the order of the page; null where an optional one is absent.</summary>
    protected internal virtual DescriptorHandle?[] Descriptors => [];

    /// <summary>Closes the descriptors that nobody has taken over and zeroes secrets.</summary>
    public virtual void Dispose()
    {
        foreach (var descriptor in Descriptors) descriptor?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Worker → node, first message: it runs and waits.</summary>
/// <param name="FreeRdpVersion">Version of the native library that was loaded.</param>
public sealed record Ready(string FreeRdpVersion) : ControlMessage;

/// <summary>Worker → node, last message: why it ends.</summary>
public sealed record Failed(Failure Failure) : ControlMessage;
