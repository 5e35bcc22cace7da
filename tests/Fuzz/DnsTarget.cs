using System.Net;
using RemoteChain.Gateway.Hops.Tunnels;

namespace RemoteChain.Fuzz;

/// <summary>Answers of a tunnel's DNS server.</summary>
sealed class DnsTarget : FuzzTarget
{
    readonly byte[] _question = new byte[DnsMessage.DatagramBytesMax];
    readonly int _length;
    long _read, _refused, _addresses;

    internal DnsTarget() : base("dns", "answers of a tunnel's DNS server")
    {
        _length = DnsMessage.WriteQuestion(_question, 0x1234, "host.site", isV6: false);
        byte[] answer = [.. _question.AsSpan(0, _length), 0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xC0, 12,
            1, (byte)'x', 0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1];
        (answer[2], answer[3], answer[7]) = (0x81, 0x80, 2);
        Seeds = [answer, [.. answer.AsSpan(0, _length)]];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_read} read with {_addresses} addresses, {_refused} refused";

    internal override void Feed(byte[] input)
    {
        if (!DnsMessage.TryReadAnswer(input, _question.AsSpan(0, _length), out DnsAnswer answer))
        {
            _refused++;
            return;
        }

        _read++;
        _addresses += answer.Addresses.Count;
        if (answer.Addresses.Count > DnsMessage.AddressesMax) throw new InvalidOperationException("too many addresses");
        foreach (IPAddress address in answer.Addresses)
            if (address.ToString().Length == 0) throw new InvalidOperationException("no address");
    }
}
