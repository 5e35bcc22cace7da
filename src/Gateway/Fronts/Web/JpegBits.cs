using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>Writes the bits of a scan (ITU-T T.81, B.1.1.5: a byte of ones is followed by a byte of zeros).</summary>
internal ref struct JpegBits(Span<byte> to)
{
    private readonly Span<byte> _to = to;
    private ulong _bits;
    private int _count;
    private int _at;

    /// <summary>Bytes written.</summary>
    public readonly int Length => _at;

    /// <summary>The same scan, going on in another place: only the bits that do not fill a byte yet are carried over.</summary>
    public readonly JpegBits Over(Span<byte> to) => new(to) { _bits = _bits, _count = _count };

    /// <summary>Writes up to 27 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(uint bits, int count)
    {
        _bits = (_bits << count) | bits;
        _count += count;
        if (_count >= 32)
        {
            Flush();
        }
    }

    /// <summary>Fills the last byte with ones and writes it.</summary>
    public void End()
    {
        Write(0x7F, 7);
        for (; _count >= 8; _count -= 8)
        {
            Put((byte)(_bits >> (_count - 8)));
        }

        _count = 0;
    }

    private void Flush()
    {
        _count -= 32;
        uint word = (uint)(_bits >> _count);
        // Is a byte of it all ones? Then its complement has a byte of zeros.
        uint inverse = ~word;
        if (((inverse - 0x01010101) & ~inverse & 0x80808080) == 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_to[_at..], word);
            _at += sizeof(uint);
            return;
        }

        for (int shift = 24; shift >= 0; shift -= 8)
        {
            Put((byte)(word >> shift));
        }
    }

    private void Put(byte value)
    {
        _to[_at++] = value;
        if (value == 0xFF)
        {
            _to[_at++] = 0;
        }
    }

    /// <summary>How many bits a value has (F.1.2.1, table F.1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SizeOf(int value) => 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(value));
}
