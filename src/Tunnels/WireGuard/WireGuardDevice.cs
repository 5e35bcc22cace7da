using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.WireGuard;

/// <summary>A device that speaks WireGuard: the kernel's own, or a program's.</summary>
abstract class WireGuardDevice : IDisposable
{
    /// <summary>
    /// Turned on for a moment where the profile has none: a device that begins to keep a peer alive sends it a packet at once, and the
    /// handshake comes before the packet.
    /// </summary>
    internal const int WakingKeepalive = 25;

    /// <summary>Whether it can be configured; a program needs a moment. Says why not when it never will.</summary>
    internal abstract bool IsReady(out string? problem);

    /// <summary>Gives it its keys and peers.</summary>
    /// <exception cref="IOException">It refused.</exception>
    internal abstract void Configure(OpenWireGuard settings);

    /// <summary>Sets how often a peer is kept alive.</summary>
    /// <exception cref="IOException">It refused.</exception>
    internal abstract void KeepAlive(TunnelPeer peer, int seconds);

    /// <summary>What it has counted.</summary>
    /// <exception cref="IOException">It does not answer.</exception>
    internal abstract IReadOnlyList<PeerTraffic> ReadTraffic();

    public abstract void Dispose();
}
