using System.Buffers;
using System.Text;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>Writes small numbers in few bytes: seven bits a byte, the lowest first (LEB128); signed ones zigzag.</summary>
sealed class CompactWriter
{
    readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>One byte.</summary>
    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    /// <summary>One to ten bytes.</summary>
    public void Unsigned(ulong value)
    {
        var span = _buffer.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        _buffer.Advance(length);
    }

    /// <summary>One to ten bytes; small when near zero on either side.</summary>
    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>A length and that many bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Unsigned((ulong)bytes.Length);
        _buffer.Write(bytes);
    }

    /// <summary>UTF-8 with its length.</summary>
    public void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));
}
