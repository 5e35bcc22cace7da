namespace RemoteChain.Gateway.Api;

/// <summary>Where the RDP front door of this node really listens, once it does; for the <c>.rdp</c> files that lead there.</summary>
public sealed class NodeAddress
{
    /// <summary>Port of the RDP front door; 0 while there is none.</summary>
    public int RdpPort { get; set; }
}
