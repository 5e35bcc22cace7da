namespace RemoteChain.Emulator.Slirp;

/// <summary>The network that a guest finds itself in. Its addresses are two of those that are kept for documents (RFC 5737): nobody has hosts there
/// that a guest could want. Numbers are in host order.</summary>
public static class GuestNet
{
    /// <summary>The network's own address, 203.0.113.0, and its mask.</summary>
    public const uint Network = 0xCB00_7100, Mask = 0xFFFF_FF00;

    /// <summary>The router, 203.0.113.2.</summary>
    public const uint Router = Network + 2;

    /// <summary>Who knows names, 203.0.113.3.</summary>
    public const uint NameServer = Network + 3;

    /// <summary>The guest, 203.0.113.15, unless it takes another.</summary>
    public const uint Guest = Network + 15;
}
