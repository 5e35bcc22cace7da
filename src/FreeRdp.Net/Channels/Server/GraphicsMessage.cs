using System.Buffers.Binary;

namespace FreeRdp.Channels.Server;

/// <summary>Builds graphics pipeline commands (MS-RDPEGFX 2.2.2) one behind the other, so that a whole frame leaves as one message.</summary>
internal sealed class GraphicsMessage
{
    public const ushort CodecUncompressed = 0x0000, CodecProgressive = 0x0009, CodecPlanar = 0x000A;

    /// <summary>GFX_PIXEL_FORMAT_XRGB_8888.</summary>
    private const byte PixelFormatXrgb = 0x20;

    private const int HeaderBytes = 8;

    /// <summary>Longest part of a segmented message, MS-RDPEGFX 2.2.5.2.</summary>
    private const int SegmentBytesMax = 65535;

    /// <summary>A buffer that grew beyond this for one big frame is given back after it.</summary>
    private const int KeptBytesMax = 256 * 1024;

    private byte[] _commands = new byte[4096];
    private byte[] _segments = new byte[4096];
    private int _length;

    private enum Command : ushort
    {
        WireToSurface1 = 0x01,
        WireToSurface2 = 0x02,
        SolidFill = 0x04,
        SurfaceToSurface = 0x05,
        CreateSurface = 0x09,
        DeleteSurface = 0x0A,
        StartFrame = 0x0B,
        EndFrame = 0x0C,
        ResetGraphics = 0x0E,
        MapSurfaceToOutput = 0x0F,
        CacheImportReply = 0x11,
        CapsConfirm = 0x13,
    }

    /// <summary>Bytes of the commands so far.</summary>
    public int Length => _length;

    public void Clear() => _length = 0;

    public void CapsConfirm(uint version, uint flags, int dataLength)
    {
        var body = Begin(Command.CapsConfirm, 8 + dataLength);
        BinaryPrimitives.WriteUInt32LittleEndian(body, version);
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], dataLength);
        body[8..].Clear();
        if (dataLength >= 4) BinaryPrimitives.WriteUInt32LittleEndian(body[8..], flags);
    }

    /// <summary>One monitor that is the whole desktop; the command is always 340 bytes long.</summary>
    public void ResetGraphics(int width, int height)
    {
        var body = Begin(Command.ResetGraphics, 340 - HeaderBytes);
        body.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(body, width);
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], height);
        BinaryPrimitives.WriteInt32LittleEndian(body[8..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(body[20..], width - 1);
        BinaryPrimitives.WriteInt32LittleEndian(body[24..], height - 1);
        BinaryPrimitives.WriteInt32LittleEndian(body[28..], 1);
    }

    public void CreateSurface(ushort surface, int width, int height)
    {
        var body = Begin(Command.CreateSurface, 7);
        BinaryPrimitives.WriteUInt16LittleEndian(body, surface);
        BinaryPrimitives.WriteUInt16LittleEndian(body[2..], (ushort)width);
        BinaryPrimitives.WriteUInt16LittleEndian(body[4..], (ushort)height);
        body[6] = PixelFormatXrgb;
    }

    public void DeleteSurface(ushort surface) =>
        BinaryPrimitives.WriteUInt16LittleEndian(Begin(Command.DeleteSurface, 2), surface);

    public void MapSurfaceToOutput(ushort surface)
    {
        var body = Begin(Command.MapSurfaceToOutput, 12);
        body.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(body, surface);
    }

    /// <summary>Time of day packed as hours, minutes, seconds and milliseconds; 0 says nothing, and a clock of ours is nobody's business.</summary>
    public void StartFrame(uint frame)
    {
        var body = Begin(Command.StartFrame, 8);
        BinaryPrimitives.WriteUInt32LittleEndian(body, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], frame);
    }

    public void EndFrame(uint frame) => BinaryPrimitives.WriteUInt32LittleEndian(Begin(Command.EndFrame, 4), frame);

    public void SolidFill(ushort surface, RdpRectangle rectangle, uint bgrx)
    {
        var body = Begin(Command.SolidFill, 16);
        BinaryPrimitives.WriteUInt16LittleEndian(body, surface);
        BinaryPrimitives.WriteUInt32LittleEndian(body[2..], bgrx | 0xFF000000);
        BinaryPrimitives.WriteUInt16LittleEndian(body[6..], 1);
        Write(body[8..], rectangle);
    }

    /// <summary>Copies a rectangle within the surface (scrolling).</summary>
    public void SurfaceToSurface(ushort surface, RdpRectangle source, int x, int y)
    {
        var body = Begin(Command.SurfaceToSurface, 18);
        BinaryPrimitives.WriteUInt16LittleEndian(body, surface);
        BinaryPrimitives.WriteUInt16LittleEndian(body[2..], surface);
        Write(body[4..], source);
        BinaryPrimitives.WriteUInt16LittleEndian(body[12..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(body[14..], (ushort)x);
        BinaryPrimitives.WriteUInt16LittleEndian(body[16..], (ushort)y);
    }

    /// <summary>A bitmap for a rectangle, in a codec that needs no context.</summary>
    public void WireToSurface1(ushort surface, ushort codec, RdpRectangle rectangle, ReadOnlySpan<byte> bitmap)
    {
        var body = Begin(Command.WireToSurface1, 17 + bitmap.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(body, surface);
        BinaryPrimitives.WriteUInt16LittleEndian(body[2..], codec);
        body[4] = PixelFormatXrgb;
        Write(body[5..], rectangle);
        BinaryPrimitives.WriteInt32LittleEndian(body[13..], bitmap.Length);
        bitmap.CopyTo(body[17..]);
    }

    /// <summary>A progressive bitmap; its rectangles are inside it.</summary>
    public void WireToSurface2(ushort surface, ushort codec, ReadOnlySpan<byte> bitmap)
    {
        var body = Begin(Command.WireToSurface2, 13 + bitmap.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(body, surface);
        BinaryPrimitives.WriteUInt16LittleEndian(body[2..], codec);
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], 0);
        body[8] = PixelFormatXrgb;
        BinaryPrimitives.WriteInt32LittleEndian(body[9..], bitmap.Length);
        bitmap.CopyTo(body[13..]);
    }

    /// <summary>We keep nothing of what the client offers from its persistent cache.</summary>
    public void CacheImportReplyNone() => BinaryPrimitives.WriteUInt16LittleEndian(Begin(Command.CacheImportReply, 2), 0);

    /// <summary>The commands as RDP_SEGMENTED_DATA (2.2.5.1), uncompressed: TLS and the codecs have left nothing for a dictionary to find.</summary>
    public ReadOnlySpan<byte> Segmented()
    {
        const byte single = 0xE0, multipart = 0xE1, rdp8Uncompressed = 0x04;
        var commands = _commands.AsSpan(0, _length);
        var count = (commands.Length + SegmentBytesMax - 1) / SegmentBytesMax;
        Ensure(ref _segments, commands.Length + 7 + (count * 5), keep: 0);
        if (count <= 1)
        {
            _segments[0] = single;
            _segments[1] = rdp8Uncompressed;
            commands.CopyTo(_segments.AsSpan(2));
            return _segments.AsSpan(0, 2 + commands.Length);
        }

        _segments[0] = multipart;
        BinaryPrimitives.WriteUInt16LittleEndian(_segments.AsSpan(1), (ushort)count);
        BinaryPrimitives.WriteInt32LittleEndian(_segments.AsSpan(3), commands.Length);
        var at = 7;
        for (; !commands.IsEmpty; commands = commands[Math.Min(SegmentBytesMax, commands.Length)..])
        {
            var part = commands[..Math.Min(SegmentBytesMax, commands.Length)];
            BinaryPrimitives.WriteInt32LittleEndian(_segments.AsSpan(at), part.Length + 1);
            _segments[at + 4] = rdp8Uncompressed;
            part.CopyTo(_segments.AsSpan(at + 5));
            at += 5 + part.Length;
        }

        return _segments.AsSpan(0, at);
    }

    /// <summary>Forgets the commands and gives big buffers back.</summary>
    public void Sent()
    {
        _length = 0;
        if (_commands.Length > KeptBytesMax) _commands = new byte[4096];
        if (_segments.Length > KeptBytesMax) _segments = new byte[4096];
    }

    private Span<byte> Begin(Command command, int bodyLength)
    {
        var length = HeaderBytes + bodyLength;
        Ensure(ref _commands, _length + length, keep: _length);
        var all = _commands.AsSpan(_length, length);
        BinaryPrimitives.WriteUInt16LittleEndian(all, (ushort)command);
        BinaryPrimitives.WriteUInt16LittleEndian(all[2..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(all[4..], length);
        _length += length;
        return all[HeaderBytes..];
    }

    private static void Ensure(ref byte[] buffer, int length, int keep)
    {
        if (buffer.Length >= length) return;
        var larger = new byte[Math.Max(length, buffer.Length * 2)];
        buffer.AsSpan(0, keep).CopyTo(larger);
        buffer = larger;
    }

    private static void Write(Span<byte> at, RdpRectangle rectangle)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)rectangle.X);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], (ushort)rectangle.Y);
        BinaryPrimitives.WriteUInt16LittleEndian(at[4..], (ushort)rectangle.Right);
        BinaryPrimitives.WriteUInt16LittleEndian(at[6..], (ushort)rectangle.Bottom);
    }
}
