using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace RemoteChain.Surface.Control;

/// <summary>Reads the fields of one untrusted packet. After the first impossible value every further read gives zero or nothing, and
/// <see cref="IsWhole"/> stays false: a caller reads all fields first and asks once.</summary>
ref struct PacketReader(ReadOnlySpan<byte> packet)
{
    ReadOnlySpan<byte> _rest = packet;
    bool _failed;

    /// <summary>True when every field was possible and no byte is left over.</summary>
    internal readonly bool IsWhole => !_failed && _rest.IsEmpty;

    internal byte Byte() => TryTake(1, out var bytes) ? bytes[0] : (byte)0;

    internal bool Flag()
    {
        var value = Byte();
        _failed |= value > 1;
        return value == 1;
    }

    internal ushort UInt16() => TryTake(2, out var bytes) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    internal int Int32(int min, int max)
    {
        var value = TryTake(4, out var bytes) ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : 0;
        _failed |= value < min || value > max;
        return value;
    }

    internal uint UInt32() => TryTake(4, out var bytes) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>A duration or a stamp: never negative.</summary>
    internal long Nanos()
    {
        var value = TryTake(8, out var bytes) ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
        _failed |= value < 0;
        return value;
    }

    /// <summary>How many there are of something.</summary>
    internal int Count(int max)
    {
        var count = UInt16();
        _failed |= count > max;
        return _failed ? 0 : count;
    }

    internal byte[] Bytes(int bytesMax) => Counted(bytesMax).ToArray();

    /// <summary>An IPv4 or IPv6 address of exactly its bytes.</summary>
    internal System.Net.IPAddress Address(byte[] bytes)
    {
        _failed |= bytes.Length is not (4 or 16);
        return _failed ? System.Net.IPAddress.Any : new(bytes);
    }

    internal Secret Secret(int bytesMax) => new(Counted(bytesMax).ToArray());

    /// <summary>Text without NUL, because it may end up in a C library that would silently cut it there.</summary>
    internal string Text(int bytesMax)
    {
        var bytes = Counted(bytesMax);
        _failed |= !Utf8.IsValid(bytes) || bytes.Contains((byte)0);
        return _failed ? "" : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>An enumeration's value from 0 to <paramref name="last"/>.</summary>
    internal byte Choice(byte last)
    {
        var value = Byte();
        _failed |= value > last;
        return value;
    }

    ReadOnlySpan<byte> Counted(int bytesMax)
    {
        var count = UInt16();
        _failed |= count > bytesMax;
        return TryTake(count, out var bytes) ? bytes : default;
    }

    bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        _failed |= count > _rest.Length;
        bytes = _failed ? default : _rest[..count];
        if (!_failed) _rest = _rest[count..];
        return !_failed;
    }
}
