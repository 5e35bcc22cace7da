using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>Questions for addresses and their answers (RFC 1035, section 4; RFC 3596).</summary>
public static class DnsMessage
{
    /// <summary>The largest answer that comes without TCP: no larger one is asked for.</summary>
    public const int DatagramBytesMax = 512;

    /// <summary>Most addresses that are taken from an answer.</summary>
    public const int AddressesMax = 32;

    private const int HeaderBytes = 12, LabelBytesMax = 63, NameBytesMax = 255;
    private const ushort KindV4 = 1, KindV6 = 28, ClassInternet = 1;
    private const int NoError = 0, NoSuchName = 3;

    /// <summary>Writes a question; returns its length, or 0 for a name that cannot be asked for.</summary>
    public static int WriteQuestion(Span<byte> packet, ushort id, string name, bool isV6)
    {
        string ascii = name.TrimEnd('.');
        if (ascii.Length is 0 or > NameBytesMax - 2 || packet.Length < HeaderBytes + ascii.Length + 6) return 0;
        packet[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(packet, id);
        packet[2] = 1; // recursion is wanted
        packet[5] = 1; // one question
        int at = HeaderBytes;
        foreach (string label in ascii.Split('.'))
        {
            if (label.Length is 0 or > LabelBytesMax || !Ascii.IsValid(label)) return 0;
            packet[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, packet[at..]);
        }

        packet[at++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(packet[at..], isV6 ? KindV6 : KindV4);
        BinaryPrimitives.WriteUInt16BigEndian(packet[(at + 2)..], ClassInternet);
        return at + 4;
    }

    /// <summary>Reads an answer to a question. The addresses of all names in it count: a recursive server answers with the whole way of an
    /// alias.</summary>
    /// <param name="packet">Untrusted bytes.</param>
    /// <param name="question">The question as it was sent: an answer repeats it.</param>
    /// <param name="answer">What it says when true.</param>
    /// <returns>False when it is no answer to the question.</returns>
    public static bool TryReadAnswer(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> question, out DnsAnswer answer)
    {
        answer = new([], false, false);
        if (packet.Length < question.Length || question.Length < HeaderBytes || !packet[..2].SequenceEqual(question[..2])
            || (packet[2] & 0x80) == 0 || BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) != 1
            || !SameQuestion(packet[HeaderBytes..question.Length], question[HeaderBytes..]))
            return false;

        bool isCut = (packet[2] & 2) != 0;
        int code = packet[3] & 0xF;
        var addresses = new List<IPAddress>();
        var rest = packet[question.Length..];
        for (int left = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]); left > 0 && addresses.Count < AddressesMax; left--)
        {
            if (!TrySkipName(ref rest) || rest.Length < 10) return isCut && Cut(out answer);
            var (kind, @class) = (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[8..]);
            rest = rest[10..];
            if (rest.Length < length) return isCut && Cut(out answer);
            if (@class == ClassInternet && (kind, length) is (KindV4, 4) or (KindV6, 16)) addresses.Add(new IPAddress(rest[..length]));
            rest = rest[length..];
        }

        answer = new(addresses, isCut, code is NoError or NoSuchName);
        return true;
    }

    private static bool Cut(out DnsAnswer answer)
    {
        answer = new([], true, true);
        return true;
    }

    /// <summary>Names are the same in either case of their letters.</summary>
    private static bool SameQuestion(ReadOnlySpan<byte> answered, ReadOnlySpan<byte> asked) => Ascii.EqualsIgnoreCase(answered, asked)
        || answered.SequenceEqual(asked);

    private static bool TrySkipName(ref ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int length = rest[0];
            // Two set bits point to where the name goes on; nobody needs to go there.
            int bytes = length >= 0xC0 ? 2 : 1 + length;
            if (length is > LabelBytesMax and < 0xC0 || rest.Length < bytes) return false;
            rest = rest[bytes..];
            if (length is 0 or >= 0xC0) return true;
        }

        return false;
    }
}

/// <summary>What a DNS server said.</summary>
/// <param name="Addresses">Of the name and of what it is an alias of.</param>
/// <param name="IsCut">It did not fit; ask again over TCP.</param>
/// <param name="IsFinal">The name has these addresses and no others; else the server could not say.</param>
public readonly record struct DnsAnswer(IReadOnlyList<IPAddress> Addresses, bool IsCut, bool IsFinal);
