using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// What a client and a peer have in common: a native context whose private tail names the managed owner, and the exception that a
/// callback caught, which is rethrown on the owning thread. One thread owns one connection; nothing here is safe to call from another.
/// </summary>
public abstract unsafe class RdpConnection
{
    // The tail begins where rdp_context ends (ContextSize invites it) and holds one GCHandle.
    private const int TailOffset = 8 * 128;

    /// <summary>What goes into ContextSize.</summary>
    internal const int ContextSize = TailOffset + 8;

    private ExceptionDispatchInfo? _fault;
    private GCHandle _self;

    private protected RdpConnection()
    {
    }

    /// <summary>Lets callbacks find this object from the native context. Undone by <see cref="UnlinkContext"/>.</summary>
    private protected void LinkContext(rdp_context* context)
    {
        _self = GCHandle.Alloc(this);
        // SAFETY: the context was allocated with ContextSize bytes, so the tail is ours.
        *(nint*)((byte*)context + TailOffset) = GCHandle.ToIntPtr(_self);
    }

    /// <summary>After this, callbacks that still arrive find no owner and do nothing.</summary>
    private protected void UnlinkContext(rdp_context* context)
    {
        if (context is not null)
        {
            // SAFETY: as in LinkContext; the context is not freed yet.
            *(nint*)((byte*)context + TailOffset) = 0;
        }

        if (_self.IsAllocated)
            _self.Free();
    }

    /// <summary>The owner of a context, or null when it is gone or was never linked. For the static callbacks.</summary>
    private protected static T? OwnerOf<T>(rdp_context* context)
        where T : RdpConnection
    {
        if (context is null)
            return null;

        // SAFETY: every context that carries our callbacks was allocated with the tail; its value is a live handle or zero.
        var handle = *(nint*)((byte*)context + TailOffset);
        return handle == 0 ? null : GCHandle.FromIntPtr(handle).Target as T;
    }

    /// <summary>Keeps the first exception of a callback: it must not cross native frames.</summary>
    private protected void KeepFault(Exception exception) => _fault ??= ExceptionDispatchInfo.Capture(exception);

    /// <summary>Rethrows what a callback threw. Called by the owning loop after each call into the library.</summary>
    private protected void ThrowFault()
    {
        if (_fault is not { } fault)
            return;
        _fault = null;
        fault.Throw();
    }
}
