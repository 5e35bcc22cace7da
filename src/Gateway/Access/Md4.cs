using System.Buffers.Binary;
using System.Numerics;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// MD4 (RFC 1320). Broken as a hash, and here only because NTLM defines the NT hash as MD4 of the UTF-16LE password (MS-NLMP 3.3.1):
/// without it no RDP client can sign in with network level authentication. .NET has no MD4, and OpenSSL 3 hides its own in the legacy
/// provider, which many systems do not load. Only ever given random secrets of connection passes, never a person's password.
/// </summary>
static class Md4
{
    /// <summary>Size of a hash.</summary>
    public const int HashBytes = 16;

    const int BlockBytes = 64;

    /// <summary>Hashes a whole message.</summary>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> hash16)
    {
        Span<uint> state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        var whole = message.Length / BlockBytes * BlockBytes;
        for (var at = 0; at < whole; at += BlockBytes) Mix(state, message.Slice(at, BlockBytes));

        // RFC 1320 3.1 and 3.2: a one bit, zeros, and the length in bits, filling one block or two.
        Span<byte> tail = stackalloc byte[2 * BlockBytes];
        tail.Clear();
        message[whole..].CopyTo(tail);
        tail[message.Length - whole] = 0x80;
        var tailBytes = message.Length - whole < BlockBytes - 8 ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteUInt64LittleEndian(tail[(tailBytes - 8)..], (ulong)message.Length * 8);
        for (var at = 0; at < tailBytes; at += BlockBytes) Mix(state, tail.Slice(at, BlockBytes));

        for (var i = 0; i < 4; i++) BinaryPrimitives.WriteUInt32LittleEndian(hash16[(i * 4)..], state[i]);
    }

    // RFC 1320 3.4: three rounds of sixteen steps; each step changes one of the four words, which then rotate.
    static void Mix(Span<uint> state, ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> order1 = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        ReadOnlySpan<byte> order2 = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
        ReadOnlySpan<byte> order3 = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
        ReadOnlySpan<byte> shifts1 = [3, 7, 11, 19];
        ReadOnlySpan<byte> shifts2 = [3, 5, 9, 13];
        ReadOnlySpan<byte> shifts3 = [3, 9, 11, 15];

        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        for (var i = 0; i < 16; i++)
            (a, b, c, d) = (d, Step(a + ((b & c) | (~b & d)), block, order1[i], 0, shifts1[i % 4]), b, c);
        for (var i = 0; i < 16; i++)
            (a, b, c, d) = (d, Step(a + ((b & c) | (b & d) | (c & d)), block, order2[i], 0x5a827999, shifts2[i % 4]), b, c);
        for (var i = 0; i < 16; i++)
            (a, b, c, d) = (d, Step(a + (b ^ c ^ d), block, order3[i], 0x6ed9eba1, shifts3[i % 4]), b, c);
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    static uint Step(uint sum, ReadOnlySpan<byte> block, int word, uint constant, int shift) =>
        BitOperations.RotateLeft(sum + BinaryPrimitives.ReadUInt32LittleEndian(block[(word * 4)..]) + constant, shift);
}
