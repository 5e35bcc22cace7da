using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace RemoteChain.Emulator.Slirp;

/// <summary>How a question for a name ends; values are those of DNS (RFC 1035, section 4.1.1).</summary>
public enum NameOutcome : byte
{
    /// <summary>It has the addresses that come along, if any.</summary>
    Found = 0,

    /// <summary>Whoever should know did not answer.</summary>
    Failed = 2,

    /// <summary>There is no such name.</summary>
    Unknown = 3,

    /// <summary>Only addresses of IPv4 are told.</summary>
    NotImplemented = 4,

    /// <summary>No rule allows to ask for it.</summary>
    Refused = 5,
}

/// <summary>A guest's question for the addresses of a name (RFC 1035, section 4).</summary>
/// <param name="Name">In lower case, without the dot at its end.</param>
/// <param name="Kind">1 asks for IPv4, 28 for IPv6.</param>
/// <param name="Bytes">Length of header and question.</param>
readonly record struct NameQuestion(string Name, ushort Kind, int Bytes)
{
    internal const ushort KindV4 = 1, KindV6 = 28;

    /// <summary>Addresses of one answer: what fits into a datagram of 512 bytes behind the longest question.</summary>
    internal const int AddressesMax = 8;

    const int HeaderBytes = 12, LabelBytesMax = 63, NameCharsMax = 253, AddressBytes = 16;
    const ushort ClassInternet = 1;
    const byte Response = 0x80, OperationAndResponse = 0xF8, RecursionWanted = 1, RecursionThere = 0x80;

    // Short: an address stands for a name only while the machine's network remembers it.
    const int TimeToLiveSeconds = 30;

    /// <summary>Reads a question; what stands behind the first one is not looked at.</summary>
    /// <param name="datagram">Untrusted bytes.</param>
    /// <param name="question">The question when true.</param>
    internal static bool TryRead(ReadOnlySpan<byte> datagram, out NameQuestion question)
    {
        question = default;
        if (datagram.Length < HeaderBytes || (datagram[2] & OperationAndResponse) != 0 || BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) != 1) return false;
        StringBuilder name = new(NameCharsMax);
        var at = HeaderBytes;
        while (at < datagram.Length && datagram[at] is > 0 and <= LabelBytesMax and var length)
        {
            if (at + 1 + length >= datagram.Length || name.Length + length > NameCharsMax) return false;
            var label = datagram.Slice(at + 1, length);
            foreach (var value in label)
                if (!char.IsAsciiLetterOrDigit((char)value) && (char)value is not ('-' or '_')) return false;
            if (name.Length > 0) name.Append('.');
            name.Append(Encoding.ASCII.GetString(label).ToLowerInvariant());
            at += 1 + length;
        }
        if (name.Length == 0 || at + 5 > datagram.Length || datagram[at] != 0 || BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 3)..]) != ClassInternet) return false;
        question = new(name.ToString(), BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 1)..]), at + 5);
        return true;
    }

    /// <summary>The answer to it.</summary>
    /// <param name="datagram">The question as it came.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="addresses">Of IPv4; others are left out.</param>
    internal byte[] Answer(ReadOnlySpan<byte> datagram, NameOutcome outcome, IReadOnlyList<IPAddress> addresses)
    {
        List<IPAddress> told = outcome == NameOutcome.Found && Kind == KindV4
            ? [.. addresses.Where(address => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork).Take(AddressesMax)] : [];
        var answer = new byte[Bytes + told.Count * AddressBytes];
        datagram[..Bytes].CopyTo(answer);
        answer[2] = (byte)(Response | datagram[2] & RecursionWanted);
        answer[3] = (byte)(RecursionThere | (byte)outcome);
        answer.AsSpan(6, 6).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), (ushort)told.Count);
        for (var i = 0; i < told.Count; i++)
        {
            var record = answer.AsSpan(Bytes + i * AddressBytes);
            // Two set bits and a place: the name stands in the question.
            BinaryPrimitives.WriteUInt16BigEndian(record, 0xC000 | HeaderBytes);
            BinaryPrimitives.WriteUInt16BigEndian(record[2..], KindV4);
            BinaryPrimitives.WriteUInt16BigEndian(record[4..], ClassInternet);
            BinaryPrimitives.WriteInt32BigEndian(record[6..], TimeToLiveSeconds);
            BinaryPrimitives.WriteUInt16BigEndian(record[10..], 4);
            told[i].TryWriteBytes(record[12..], out _);
        }
        return answer;
    }
}
