using System.Text;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>MD4 of the UTF-16LE password (RFC 1320), which OpenSSL 3 has only in its legacy provider.</summary>
internal static class NtHash
{
    public static void Compute(string password, Span<byte> hash)
    {
        var text = Encoding.Unicode.GetBytes(password);
        var padded = new byte[((text.Length + 8) / 64 + 1) * 64];
        text.CopyTo(padded, 0);
        padded[text.Length] = 0x80;
        BitConverter.GetBytes((long)text.Length * 8).CopyTo(padded, padded.Length - 8);
        uint a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
        Span<uint> x = stackalloc uint[16];
        for (var block = 0; block < padded.Length; block += 64)
        {
            for (var i = 0; i < 16; i++) x[i] = BitConverter.ToUInt32(padded, block + (i * 4));
            var (aa, bb, cc, dd) = (a, b, c, d);
            ReadOnlySpan<int> order2 = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
            ReadOnlySpan<int> order3 = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
            ReadOnlySpan<int> s1 = [3, 7, 11, 19], s2 = [3, 5, 9, 13], s3 = [3, 9, 11, 15];
            for (var i = 0; i < 48; i++)
            {
                var (f, k, s) = i switch
                {
                    < 16 => ((b & c) | (~b & d), x[i], s1[i % 4]),
                    < 32 => (((b & c) | (b & d) | (c & d)) + 0x5a827999, x[order2[i - 16]], s2[i % 4]),
                    _ => ((b ^ c ^ d) + 0x6ed9eba1, x[order3[i - 32]], s3[i % 4]),
                };
                var t = uint.RotateLeft(a + f + k, s);
                (a, d, c, b) = (d, c, b, t);
            }

            (a, b, c, d) = (a + aa, b + bb, c + cc, d + dd);
        }

        uint[] words = [a, b, c, d];
        for (var i = 0; i < 4; i++) BitConverter.TryWriteBytes(hash[(i * 4)..], words[i]);
    }
}
