using FreeRdp.Native;

namespace FreeRdp.Codec;

/// <summary>Pictures as RemoteFX surface bits (MS-RDPBCGR 2.2.9.2.2, MS-RDPRFX), for clients without the graphics pipeline.</summary>
internal sealed unsafe class SurfaceBitsOutput(RdpPeer peer) : IPictureOutput
{
    private const uint StreamSurfaceBits = 0x40;
    private const uint CommandStreamSurfaceBits = 6;

    /// <summary>A client whose largest request is smaller gets bitmap updates: a message must hold at least one tile with its headers.</summary>
    private const int RequestBytesMin = 64 * 1024;

    /// <summary>Room that the surface command and frame markers take in a request.</summary>
    private const int CommandBytes = 64;

    private readonly RfxEncoder _encoder = new();

    public string Name => "surface-bits";

    public bool Acknowledges => peer.Settings[BoolSetting.SurfaceFrameMarkerEnabled];

    public bool AcknowledgesAreOptional => true;

    public static bool IsSupported(RdpPeer peer)
    {
        var settings = peer.Settings;
        return settings[BoolSetting.RemoteFxCodec] && settings[UInt32Setting.RemoteFxCodecId] != 0
            && settings[BoolSetting.SurfaceCommandsEnabled]
            && (settings[UInt32Setting.SurfaceCommandsSupported] & StreamSurfaceBits) != 0
            && settings[UInt32Setting.MultifragMaxRequestSize] >= RequestBytesMin
            && settings[UInt32Setting.ColorDepth] == 32;
    }

    public int Send(in PictureView picture, ReadOnlySpan<RdpRectangle> damage, uint frame)
    {
        Span<RdpRectangle> inside = damage.Length <= 64 ? stackalloc RdpRectangle[damage.Length] : new RdpRectangle[damage.Length];
        var count = 0;
        foreach (var rectangle in damage)
        {
            var clipped = picture.Bounds.Intersect(rectangle);
            if (!clipped.IsEmpty) inside[count++] = clipped;
        }

        if (count == 0) return 0;
        var settings = peer.Settings;
        var codec = (ushort)settings[UInt32Setting.RemoteFxCodecId];
        var messageBytesMax = (int)Math.Min(settings[UInt32Setting.MultifragMaxRequestSize], 4 << 20) - CommandBytes;
        var (width, height, acknowledged, bytes) = (picture.Width, picture.Height, Acknowledges, 0);
        _encoder.Encode(picture, inside[..count], messageBytesMax, (message, first, last) =>
        {
            bytes += message.Length;
            return Write(message, codec, width, height, acknowledged, first, last, frame);
        });
        return bytes;
    }

    public void Dispose() => _encoder.Dispose();

    private bool Write(
        ReadOnlySpan<byte> message, ushort codec, int width, int height, bool acknowledged, bool first, bool last, uint frame)
    {
        var context = peer.Context;
        fixed (byte* data = message)
        {
            var command = new SURFACE_BITS_COMMAND
            {
                cmdType = CommandStreamSurfaceBits,
                destRight = (uint)width,
                destBottom = (uint)height,
                skipCompression = true,
                bmp = new TS_BITMAP_DATA_EX
                {
                    bpp = 32,
                    codecID = codec,
                    width = (ushort)width,
                    height = (ushort)height,
                    bitmapDataLength = (uint)message.Length,
                    bitmapData = data,
                },
            };
            // SAFETY: libfreerdp's own functions; the command and its pinned bytes are copied before they return.
            return acknowledged
                ? context->update->SurfaceFrameBits(context, &command, first, last, frame)
                : context->update->SurfaceBits(context, &command);
        }
    }
}
