using System.Buffers.Binary;
using System.Text;

namespace FreeRdp.Channels.Server;

/// <summary>Whether the client has answered for dynamic channels.</summary>
internal enum DynamicChannelsState
{
    /// <summary>The capabilities were not sent yet.</summary>
    Closed,

    /// <summary>Sent, not answered.</summary>
    Asked,

    /// <summary>Channels can be opened.</summary>
    Ready,
}

/// <summary>
/// The server's end of dynamic virtual channels (MS-RDPEDYC) over the static channel <c>drdynvc</c>, in managed code: what arrives here is
/// sent by strangers, every length in it is theirs, and one thread owns it all. Version 1 is spoken: no compression, no priorities.
/// </summary>
internal sealed class DynamicChannels(DynamicChannels.SendStatic send)
{
    /// <summary>Longest message that a client may spread over several packets. The longest honest one, a monitor layout, has under 1 KiB;
    /// a cache import offer of the graphics pipeline has 64 KiB.</summary>
    public const int MessageBytesMax = 128 * 1024;

    /// <summary>Longest packet in either direction (MS-RDPEDYC 2.2.3: 1600 bytes, the chunk size of static channels).</summary>
    public const int PacketBytesMax = 1600;

    /// <summary>Channels that can be open at once.</summary>
    public const int ChannelsMax = 16;

    /// <summary>Static channel flags, MS-RDPBCGR 2.2.6.1.1.</summary>
    private const uint ChannelFlagFirst = 1, ChannelFlagLast = 2;

    private readonly List<DynamicChannel> _channels = [];
    private readonly byte[] _packet = new byte[PacketBytesMax];
    private byte[]? _assembly;
    private int _assembled;
    private bool _assembling;

    /// <summary>Sends one message on the static channel; false when the connection is gone.</summary>
    public delegate bool SendStatic(ReadOnlySpan<byte> message);

    private enum Command : byte
    {
        Create = 1,
        DataFirst = 2,
        Data = 3,
        Close = 4,
        Capabilities = 5,
    }

    public DynamicChannelsState State { get; private set; }

    /// <summary>Asks the client for dynamic channels.</summary>
    public bool Start()
    {
        State = DynamicChannelsState.Asked;
        return send([(byte)Command.Capabilities << 4, 0, 1, 0]);
    }

    /// <summary>Asks the client to open a channel; <see cref="DynamicChannel.IsOpen"/> turns true when it agrees.</summary>
    public DynamicChannel? Open(string name, DynamicChannel.Receive receive, Action<DynamicChannel> opened)
    {
        if (State != DynamicChannelsState.Ready || _channels.Count >= ChannelsMax) return null;
        var channel = new DynamicChannel(this, (byte)(_channels.Count + 1), name, receive, opened);
        _channels.Add(channel);
        _packet[0] = (byte)Command.Create << 4;
        _packet[1] = channel.Id;
        var length = Encoding.ASCII.GetBytes(name, _packet.AsSpan(2));
        _packet[2 + length] = 0;
        return send(_packet.AsSpan(0, 3 + length)) ? channel : null;
    }

    /// <summary>Takes one chunk of the static channel.</summary>
    /// <param name="chunk">Its bytes.</param>
    /// <param name="flags">CHANNEL_FLAG_* of the chunk.</param>
    /// <returns>False when the client broke the protocol.</returns>
    public bool TryReceive(ReadOnlySpan<byte> chunk, uint flags)
    {
        var first = (flags & ChannelFlagFirst) != 0;
        var last = (flags & ChannelFlagLast) != 0;
        if (first && last) return TryReceivePacket(chunk);
        if (first)
        {
            _assembled = 0;
            _assembling = true;
        }

        // One packet is never longer than one chunk, but a client may still cut it; the bound is that of a packet.
        if (!_assembling || _assembled + chunk.Length > PacketBytesMax) return false;
        _assembly ??= new byte[PacketBytesMax];
        chunk.CopyTo(_assembly.AsSpan(_assembled));
        _assembled += chunk.Length;
        if (!last) return true;
        _assembling = false;
        return TryReceivePacket(_assembly.AsSpan(0, _assembled));
    }

    /// <summary>Sends a message on a dynamic channel, cut into packets.</summary>
    internal bool Send(DynamicChannel channel, ReadOnlySpan<byte> message)
    {
        const int dataHeader = 2, dataFirstHeader = 6;
        _packet[1] = channel.Id;
        if (message.Length <= PacketBytesMax - dataHeader)
        {
            _packet[0] = (byte)Command.Data << 4;
            message.CopyTo(_packet.AsSpan(dataHeader));
            return send(_packet.AsSpan(0, dataHeader + message.Length));
        }

        // Sp = 2: the total length has four bytes.
        _packet[0] = ((byte)Command.DataFirst << 4) | (2 << 2);
        BinaryPrimitives.WriteInt32LittleEndian(_packet.AsSpan(2), message.Length);
        var part = PacketBytesMax - dataFirstHeader;
        message[..part].CopyTo(_packet.AsSpan(dataFirstHeader));
        if (!send(_packet)) return false;
        _packet[0] = (byte)Command.Data << 4;
        for (var rest = message[part..]; !rest.IsEmpty; rest = rest[part..])
        {
            part = Math.Min(PacketBytesMax - dataHeader, rest.Length);
            rest[..part].CopyTo(_packet.AsSpan(dataHeader));
            if (!send(_packet.AsSpan(0, dataHeader + part))) return false;
        }

        return true;
    }

    private bool TryReceivePacket(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty) return false;
        var command = (Command)(packet[0] >> 4);
        if (command == Command.Capabilities)
        {
            if (packet.Length < 4 || State != DynamicChannelsState.Asked) return false;
            if (BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]) == 0) return false;
            State = DynamicChannelsState.Ready;
            return true;
        }

        var lengthSize = (packet[0] >> 2) & 3;
        if (!TryReadVariable(ref packet, packet[0] & 3, skip: 1, out var id)) return false;
        // A channel that we have closed or never had: late packets are normal, MS-RDPEDYC 3.1.5.1.4.
        if (id == 0 || id > _channels.Count) return true;
        var channel = _channels[(int)id - 1];
        switch (command)
        {
            case Command.Create:
                if (packet.Length < 4) return false;
                channel.Answered(BinaryPrimitives.ReadInt32LittleEndian(packet));
                return true;
            case Command.DataFirst:
                return TryReadVariable(ref packet, lengthSize, skip: 0, out var total) && channel.TryReceiveFirst(packet, total);
            case Command.Data:
                return channel.TryReceive(packet);
            case Command.Close:
                channel.Closed();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads an integer of 1, 2 or 4 bytes (size code 0, 1, 2) that stands behind <paramref name="skip"/> bytes.</summary>
    private static bool TryReadVariable(ref ReadOnlySpan<byte> bytes, int sizeCode, int skip, out uint value)
    {
        value = 0;
        var size = sizeCode switch { 0 => 1, 1 => 2, 2 => 4, _ => 0 };
        if (size == 0 || bytes.Length < skip + size) return false;
        var at = bytes[skip..];
        value = size switch
        {
            1 => at[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(at),
        };
        bytes = at[size..];
        return true;
    }
}
