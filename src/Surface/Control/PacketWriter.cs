using System.Buffers.Binary;
using System.Text;

namespace RemoteChain.Surface.Control;

/// <summary>Writes the fields of one packet; remembers when something did not fit instead of throwing.</summary>
ref struct PacketWriter(Span<byte> packet)
{
    readonly Span<byte> _packet = packet;
    int _length;
    bool _failed;

    /// <summary>Number of bytes, or -1 when something did not fit.</summary>
    internal readonly int Length => _failed ? -1 : _length;

    internal void Byte(byte value)
    {
        if (TryTake(1, out var room)) room[0] = value;
    }

    internal void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    internal void UInt16(ushort value)
    {
        if (TryTake(2, out var room)) BinaryPrimitives.WriteUInt16LittleEndian(room, value);
    }

    internal void Int32(int value)
    {
        if (TryTake(4, out var room)) BinaryPrimitives.WriteInt32LittleEndian(room, value);
    }

    internal void Int64(long value)
    {
        if (TryTake(8, out var room)) BinaryPrimitives.WriteInt64LittleEndian(room, value);
    }

    internal void Bytes(ReadOnlySpan<byte> value, int bytesMax)
    {
        _failed |= value.Length > bytesMax;
        if (_failed) return;
        UInt16((ushort)value.Length);
        if (TryTake(value.Length, out var room)) value.CopyTo(room);
    }

    internal void Text(string value, int bytesMax)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        _failed |= bytes > bytesMax;
        if (_failed) return;
        UInt16((ushort)bytes);
        if (TryTake(bytes, out var room)) Encoding.UTF8.GetBytes(value, room);
    }

    /// <summary>Text for people, cut to what fits: a long sentence must not keep a failure from being told.</summary>
    internal void Sentence(string value)
    {
        // A UTF-16 unit is at most three bytes of UTF-8.
        var units = Math.Min(value.Length, ControlCodec.TextBytesMax / 3);
        if (units > 0 && units < value.Length && char.IsHighSurrogate(value[units - 1])) units--;
        Text(value[..units].Replace('\0', ' '), ControlCodec.TextBytesMax);
    }

    bool TryTake(int count, out Span<byte> room)
    {
        _failed |= count > _packet.Length - _length;
        room = _failed ? default : _packet.Slice(_length, count);
        if (!_failed) _length += count;
        return !_failed;
    }
}
