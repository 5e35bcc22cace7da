using FreeRdp.Native;

namespace FreeRdp.Codec;

/// <summary>RemoteFX (MS-RDPRFX) for surface bits.</summary>
internal sealed unsafe class RfxEncoder : IDisposable
{
    private readonly RfxHandle _handle = new();
    private readonly StreamHandle _stream = new(64 * 1024);
    private (int Width, int Height) _size;

    /// <summary>Gets each message as it is written; false stops.</summary>
    public delegate bool Write(ReadOnlySpan<byte> message, bool first, bool last);

    /// <summary>Encodes rectangles into messages that each fit the client's largest request.</summary>
    /// <param name="picture">The whole desktop.</param>
    /// <param name="rectangles">What of it changed.</param>
    /// <param name="messageBytesMax">MultifragMaxRequestSize of the client.</param>
    /// <param name="write">Sends one message.</param>
    /// <returns>False when <paramref name="write"/> said so.</returns>
    public bool Encode(in PictureView picture, ReadOnlySpan<RdpRectangle> rectangles, int messageBytesMax, Write write)
    {
        const int rlgr3 = 1;
        var context = _handle.Context;
        // SAFETY: both handles are alive, the picture is pinned and the rectangles are inside it; the list is freed below.
        if (_size != (picture.Width, picture.Height))
        {
            if (!Rfx.rfx_context_reset(context, (uint)picture.Width, (uint)picture.Height) || !Rfx.rfx_context_set_mode(context, rlgr3))
                throw new RdpException("libfreerdp's RemoteFX encoder failed.");
            Rfx.rfx_context_set_pixel_format(context, PixelFormat.BGRX32);
            _size = (picture.Width, picture.Height);
        }

        var native = stackalloc RFX_RECT[rectangles.Length];
        for (var i = 0; i < rectangles.Length; i++)
        {
            var inside = picture.Bounds.Intersect(rectangles[i]);
            native[i] = new RFX_RECT { x = (ushort)inside.X, y = (ushort)inside.Y, width = (ushort)inside.Width, height = (ushort)inside.Height };
        }

        nuint count;
        var messages = Rfx.rfx_encode_messages(context, native, (nuint)rectangles.Length, picture.Pixels, (uint)picture.Width,
            (uint)picture.Height, (uint)picture.StrideBytes, &count, (nuint)messageBytesMax);
        if (messages is null)
            throw new RdpException("libfreerdp's RemoteFX encoder failed.");
        try
        {
            var stream = _stream.Stream;
            for (nuint i = 0; i < count; i++)
            {
                stream->pointer = stream->buffer;
                if (!Rfx.rfx_write_message(context, stream, Rfx.rfx_message_list_get(messages, i)))
                    throw new RdpException("libfreerdp's RemoteFX encoder failed.");
                var length = checked((int)(stream->pointer - stream->buffer));
                if (!write(new ReadOnlySpan<byte>(stream->buffer, length), i == 0, i + 1 == count))
                    return false;
            }
        }
        finally
        {
            Rfx.rfx_message_list_free(messages);
        }

        return true;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _handle.Dispose();
    }
}
