using System.Buffers.Binary;

namespace FreeRdp.Channels.Server;

/// <summary>The server's end of the graphics pipeline (MS-RDPEGFX): what the client can do, its surface, and its acknowledgements.</summary>
internal sealed class GraphicsChannel(GraphicsChannel.IEvents events)
{
    public const string Name = "Microsoft::Windows::RDS::Graphics";

    private const uint CapsFlagAvc420Enabled = 0x10, CapsFlagAvcDisabled = 0x20;
    private const uint CapsVersion8 = 0x00080004, CapsVersion81 = 0x00080105, CapsVersion10 = 0x000A0002;
    private const int CapsetsMax = 64;

    /// <summary>Best first, MS-RDPEGFX 2.2.3.</summary>
    private static readonly uint[] s_versions =
    [
        0x000A0701, 0x000A0600, 0x000A0601, 0x000A0502, 0x000A0400, 0x000A0301, 0x000A0200, 0x000A0100,
        CapsVersion10, CapsVersion81, CapsVersion8,
    ];

    private DynamicChannel? _channel;
    private ushort _surface;

    /// <summary>What the channel reports.</summary>
    internal interface IEvents
    {
        /// <summary>Capabilities are agreed (also when a client agrees on them anew): the surface is gone, set one.</summary>
        void GraphicsReady();

        /// <param name="frame">The frame that the client has shown.</param>
        /// <param name="queueDepth">0 = not told, 0xFFFFFFFF = no more acknowledgements, else bytes that wait in the client.</param>
        void GraphicsAcknowledged(uint frame, uint queueDepth);

        /// <param name="frame">Which frame.</param>
        /// <param name="startToEndMillis">From the first byte decoded to its presentation.</param>
        /// <param name="decodeMillis">Decoding and rendering.</param>
        void GraphicsQuality(uint frame, int startToEndMillis, int decodeMillis);
    }

    /// <summary>Frames can be sent once a surface is set.</summary>
    public bool IsReady { get; private set; }

    /// <summary>The client has refused or closed the channel: use the older ways.</summary>
    public bool IsRefused => _channel?.IsRefused ?? false;

    /// <summary>The agreed version, 0 before.</summary>
    public uint Version { get; private set; }

    /// <summary>The commands of the frame under construction.</summary>
    public GraphicsMessage Message { get; } = new();

    /// <summary>The surface that covers the desktop; 0 = none.</summary>
    public ushort Surface => _surface;

    public bool Open(DynamicChannels channels)
    {
        _channel = channels.Open(Name, TryReceive, static _ => { });
        return _channel is not null;
    }

    /// <summary>Gives the client a new desktop size and a new surface of that size.</summary>
    public bool SetSurface(int width, int height)
    {
        Message.Clear();
        if (_surface != 0) Message.DeleteSurface(_surface);
        // Numbers are not used again, so that a late acknowledgement or a cached context can never mean the wrong surface.
        _surface = _surface == ushort.MaxValue ? (ushort)1 : (ushort)(_surface + 1);
        Message.ResetGraphics(width, height);
        Message.CreateSurface(_surface, width, height);
        Message.MapSurfaceToOutput(_surface);
        return Send();
    }

    /// <summary>Sends the commands that <see cref="Message"/> holds.</summary>
    public bool Send()
    {
        var sent = _channel is { } channel && channel.Send(Message.Segmented());
        Message.Sent();
        return sent;
    }

    /// <summary>Takes one message of the client: commands behind each other, not segmented (MS-RDPEGFX 2.2.1.1).</summary>
    internal bool TryReceive(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            if (message.Length < 8) return false;
            var command = BinaryPrimitives.ReadUInt16LittleEndian(message);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);
            if (length < 8 || length > message.Length) return false;
            if (!TryReceive(command, message[8..(int)length])) return false;
            message = message[(int)length..];
        }

        return true;
    }

    private bool TryReceive(ushort command, ReadOnlySpan<byte> body)
    {
        const ushort frameAcknowledge = 0x0D, cacheImportOffer = 0x10, capsAdvertise = 0x12, qoeFrameAcknowledge = 0x16;
        switch (command)
        {
            case capsAdvertise:
                return TryNegotiate(body);
            case frameAcknowledge when body.Length >= 12:
                events.GraphicsAcknowledged(
                    BinaryPrimitives.ReadUInt32LittleEndian(body[4..]), BinaryPrimitives.ReadUInt32LittleEndian(body));
                return true;
            case qoeFrameAcknowledge when body.Length >= 12:
                events.GraphicsQuality(BinaryPrimitives.ReadUInt32LittleEndian(body),
                    BinaryPrimitives.ReadUInt16LittleEndian(body[8..]), BinaryPrimitives.ReadUInt16LittleEndian(body[10..]));
                return true;
            case cacheImportOffer:
                if (!IsReady) return false;
                Message.Clear();
                Message.CacheImportReplyNone();
                return Send();
            default:
                return false;
        }
    }

    private bool TryNegotiate(ReadOnlySpan<byte> body)
    {
        if (body.Length < 2) return false;
        var count = BinaryPrimitives.ReadUInt16LittleEndian(body);
        body = body[2..];
        if (count > CapsetsMax) return false;
        (uint Version, uint Flags, int Length, int Rank) best = (0, 0, 0, int.MaxValue);
        for (var i = 0; i < count; i++)
        {
            if (body.Length < 8) return false;
            var version = BinaryPrimitives.ReadUInt32LittleEndian(body);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
            if (length > body.Length - 8) return false;
            var capabilities = body.Slice(8, (int)length);
            body = body[(8 + (int)length)..];
            var rank = Array.IndexOf(s_versions, version);
            if (rank < 0 || rank >= best.Rank || length > 64) continue;
            best = (version, length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(capabilities) : 0, (int)length, rank);
        }

        if (best.Version == 0) return false;
        // AVC is not offered: the library's encoders are built without one, and text is better off with the codecs below.
        var flags = best.Version >= CapsVersion10 ? best.Flags | CapsFlagAvcDisabled
            : best.Version == CapsVersion81 ? best.Flags & ~CapsFlagAvc420Enabled : best.Flags;
        Message.Clear();
        Message.CapsConfirm(best.Version, flags, best.Length);
        if (!Send()) return false;
        (IsReady, Version, _surface) = (true, best.Version, 0);
        events.GraphicsReady();
        return true;
    }
}
