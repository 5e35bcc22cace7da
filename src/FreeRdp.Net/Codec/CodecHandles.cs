using System.Runtime.InteropServices;
using FreeRdp.Native;

namespace FreeRdp.Codec;

/// <summary>Owns a native codec context.</summary>
internal abstract class CodecHandle : SafeHandle
{
    private protected CodecHandle()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    private protected unsafe void Take(void* context, string what)
    {
        if (context is null)
            throw new RdpException($"libfreerdp could not make a {what} encoder.");
        SetHandle((nint)context);
    }
}

/// <summary>Owns a progressive encoder.</summary>
internal sealed unsafe class ProgressiveHandle : CodecHandle
{
    // SAFETY: the new context is owned by this handle from here on.
    public ProgressiveHandle() => Take(Progressive.progressive_context_new_ex(true, Encoding.DisableThreads), "progressive");

    public PROGRESSIVE_CONTEXT* Context => (PROGRESSIVE_CONTEXT*)handle;

    protected override bool ReleaseHandle()
    {
        // SAFETY: released once, by SafeHandle.
        Progressive.progressive_context_free(Context);
        return true;
    }
}

/// <summary>Owns a RemoteFX encoder.</summary>
internal sealed unsafe class RfxHandle : CodecHandle
{
    // SAFETY: as above.
    public RfxHandle() => Take(Rfx.rfx_context_new_ex(true, Encoding.DisableThreads), "RemoteFX");

    public RFX_CONTEXT* Context => (RFX_CONTEXT*)handle;

    protected override bool ReleaseHandle()
    {
        // SAFETY: released once, by SafeHandle.
        Rfx.rfx_context_free(Context);
        return true;
    }
}

/// <summary>Owns an interleaved encoder.</summary>
internal sealed unsafe class InterleavedHandle : CodecHandle
{
    // SAFETY: as above.
    public InterleavedHandle() => Take(Interleaved.bitmap_interleaved_context_new(true), "interleaved");

    public BITMAP_INTERLEAVED_CONTEXT* Context => (BITMAP_INTERLEAVED_CONTEXT*)handle;

    protected override bool ReleaseHandle()
    {
        // SAFETY: released once, by SafeHandle.
        Interleaved.bitmap_interleaved_context_free(Context);
        return true;
    }
}

/// <summary>Owns a winpr stream that an encoder writes to.</summary>
internal sealed unsafe class StreamHandle : CodecHandle
{
    // SAFETY: as above.
    public StreamHandle(int capacity) => Take(Native.Stream.Stream_New(null, (nuint)capacity), "stream");

    public wStream* Stream => (wStream*)handle;

    protected override bool ReleaseHandle()
    {
        // SAFETY: released once, by SafeHandle, with the buffer that it owns.
        Native.Stream.Stream_Free(Stream, true);
        return true;
    }
}

/// <summary>What all encoders have in common.</summary>
internal static class Encoding
{
    /// <summary>THREADING_FLAGS_DISABLE_THREADS: one thread owns a connection, and its codecs start no pools.</summary>
    public const uint DisableThreads = 1;
}
