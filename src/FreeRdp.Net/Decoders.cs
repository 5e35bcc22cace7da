using FreeRdp.Native;

namespace FreeRdp;

/// <summary>
/// One set of libfreerdp's decoders, holding only what a path can use. libfreerdp itself makes two complete sets, and the scratch buffers of
/// their planar decoders as large as the desktop: 18 bytes a pixel, filled with zeros, 75 MB for two of 1920 x 1080. Only pictures with
/// subsampled or reduced colours (MS-RDPEGDI 2.2.2.5.1) use these, and larger ones overrun them. So they are small here, and grown before a
/// picture that needs them.
/// </summary>
internal sealed unsafe class Decoders
{
    /// <summary>For orders, bitmaps and surface bits.</summary>
    public const uint Legacy = CodecFlags.INTERLEAVED | CodecFlags.REMOTEFX;

    /// <summary>For the graphics pipeline.</summary>
    public const uint Pipeline = CodecFlags.REMOTEFX | CodecFlags.CLEARCODEC | CodecFlags.PROGRESSIVE;

    /// <summary>For the graphics pipeline with H.264, whose decoder keeps threads.</summary>
    public const uint PipelineAvc = Pipeline | CodecFlags.AVC420 | CodecFlags.AVC444;

    private const uint PlanarSideMin = 64;
    private const uint PlanarSideMax = 8192;
    private const byte ColorLossMask = 0x07;

    private readonly uint _flags;
    private uint _planarWidth = PlanarSideMin;
    private uint _planarHeight = PlanarSideMin;

    private Decoders(rdp_codecs* native, uint flags)
    {
        Native = native;
        _flags = flags;
    }

    /// <summary>Owned by whatever slot of libfreerdp it is put into.</summary>
    public rdp_codecs* Native { get; }

    public static Decoders Make(uint flags, uint threadingFlags, uint width, uint height)
    {
        // SAFETY: a fresh set that nobody else knows yet.
        var native = Codecs.freerdp_client_codecs_new(threadingFlags);
        if (native is not null && Codecs.freerdp_client_codecs_prepare(native, flags, width, height)
            && Codecs.freerdp_client_codecs_prepare(native, CodecFlags.PLANAR, PlanarSideMin, PlanarSideMin))
            return new Decoders(native, flags);
        Codecs.freerdp_client_codecs_free(native);
        throw new RdpException("The decoders could not be made.");
    }

    /// <summary>The desktop has another size: what decoders remember of the stream so far is void.</summary>
    public void Reset(uint width, uint height)
    {
        // SAFETY: the set lives as long as the slot that owns it, which outlives this object.
        if (!Codecs.freerdp_client_codecs_reset(Native, _flags, width, height))
            throw new RdpException("The decoders could not be reset.");
    }

    /// <summary>Makes room for a planar picture before it is decoded.</summary>
    /// <param name="data">Its stream.</param>
    /// <param name="length">Bytes of the stream.</param>
    /// <param name="right">Where it ends in its destination.</param>
    /// <param name="bottom">Where it ends in its destination.</param>
    /// <returns>False when it is larger than any desktop: it must not be decoded.</returns>
    public bool MakePlanarRoom(byte* data, uint length, uint right, uint bottom)
    {
        // SAFETY: the first byte is read only when there is one; the caller holds the stream.
        if (length == 0 || (*data & ColorLossMask) == 0 || (right <= _planarWidth && bottom <= _planarHeight))
            return true;
        if (right > PlanarSideMax || bottom > PlanarSideMax)
            return false;
        _planarWidth = Math.Max(right, _planarWidth);
        _planarHeight = Math.Max(bottom, _planarHeight);
        return Codecs.freerdp_client_codecs_prepare(Native, CodecFlags.PLANAR, _planarWidth, _planarHeight);
    }
}
