using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp.Handles;

/// <summary>Owns a <c>freerdp_peer</c>, its context and its socket.</summary>
internal sealed unsafe class PeerHandle : SafeHandle
{
    /// <summary>Takes the socket over, whatever happens.</summary>
    public PeerHandle(int socket, int contextSize)
        : base(0, ownsHandle: true)
    {
        // SAFETY: the new peer is owned by this handle from here on; it closes the socket when it is freed.
        var peer = Native.Peer.freerdp_peer_new(socket);
        if (peer is null)
        {
            _ = Posix.close(socket);
            throw new RdpException("libfreerdp could not make a peer.");
        }

        SetHandle((nint)peer);
        peer->ContextSize = (nuint)contextSize;
        if (Native.Peer.freerdp_peer_context_new(peer))
            return;
        Dispose();
        throw new RdpException("libfreerdp could not make a peer context.");
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    public rdp_freerdp_peer* Peer => (rdp_freerdp_peer*)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // SAFETY: released once, by SafeHandle. Disconnect flushes what the socket still takes; the order is that of libfreerdp's servers.
        var peer = Peer;
        if (peer->context is not null)
        {
            peer->Disconnect(peer);
            Native.Peer.freerdp_peer_context_free(peer);
        }

        Native.Peer.freerdp_peer_free(peer);
        return true;
    }
}
