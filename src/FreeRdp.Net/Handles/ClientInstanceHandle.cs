using FreeRdp.Native;
using Microsoft.Win32.SafeHandles;

namespace FreeRdp.Handles;

/// <summary>Owns one <c>freerdp</c> instance with its context.</summary>
internal sealed unsafe class ClientInstanceHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private ClientInstanceHandle(rdp_freerdp* instance)
        : base(ownsHandle: true) => SetHandle((nint)instance);

    public rdp_freerdp* Instance => (rdp_freerdp*)handle;

    public rdp_context* Context => Instance->context;

    public static ClientInstanceHandle Create(int contextSize)
    {
        _ = FreeRdpLibrary.Version; // refuses a library whose layouts are not ours
        // SAFETY: a fresh instance, whose context size invites the private tail before the context is made.
        var instance = Freerdp.freerdp_new();
        if (instance is null)
            throw new RdpException("freerdp_new failed.");
        instance->ContextSize = (nuint)contextSize;
        if (Freerdp.freerdp_context_new(instance))
            return new ClientInstanceHandle(instance);
        Freerdp.freerdp_free(instance);
        throw new RdpException("freerdp_context_new failed.");
    }

    protected override bool ReleaseHandle()
    {
        // SAFETY: SafeHandle calls this once; the drawing buffer goes first, because freeing it reaches into the context.
        if (Context->gdi is not null)
            Gdi.gdi_free(Instance);
        Freerdp.freerdp_context_free(Instance);
        Freerdp.freerdp_free(Instance);
        return true;
    }
}
