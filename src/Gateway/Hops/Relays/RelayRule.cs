using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// Destinations that a relay connects to: one name, address or network, and ports. <c>desk.example:3389</c>, <c>10.0.0.0/24</c>,
/// <c>[2001:db8::/64]:3389,7443-7450</c>. Without ports all of them.
/// </summary>
public sealed class RelayRule
{
    private const int PortRangesMax = 16, TextCharsMax = 300;
    private readonly string? _name;
    private readonly IPNetwork _network;
    private readonly List<(int First, int Last)> _ports;

    private RelayRule(string? name, IPNetwork network, List<(int First, int Last)> ports)
    {
        (_name, _network, _ports) = (name, network, ports);
        string place = name ?? (network.PrefixLength == BitsOf(network.BaseAddress) ? network.BaseAddress.ToString() : network.ToString());
        string list = string.Join(',', ports.Select(range => range.First == range.Last
            ? range.First.ToString(CultureInfo.InvariantCulture) : $"{range.First}-{range.Last}"));
        Text = list.Length == 0 ? place : place.Contains(':', StringComparison.Ordinal) ? $"[{place}]:{list}" : $"{place}:{list}";
    }

    /// <summary>The rule in the one way that it is written in lists.</summary>
    public string Text { get; }

    /// <summary>Reads one as a person types it.</summary>
    public static bool TryParse(string text, out RelayRule? rule)
    {
        rule = null;
        if (text.Length > TextCharsMax)
        {
            return false;
        }

        string place = text, ports = "";
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
            {
                return false;
            }

            (place, ports) = (text[1..close], close + 1 < text.Length ? text[(close + 2)..] : "");
            if (close + 2 == text.Length)
            {
                return false;
            }
        }
        else if (text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && colon == text.LastIndexOf(':'))
        {
            (place, ports) = (text[..colon], text[(colon + 1)..]);
            if (ports.Length == 0)
            {
                return false;
            }
        }

        if (!TryPorts(ports, out var ranges))
        {
            return false;
        }

        place = place.TrimEnd('.');
        if (IPAddress.TryParse(place, out var address))
        {
            // 110 and 10.1 are addresses to the resolver, and to nobody who types them.
            if (address.AddressFamily == AddressFamily.InterNetwork && place.Count(c => c == '.') != 3)
            {
                return false;
            }

            rule = new RelayRule(null, new IPNetwork(Plain(address), BitsOf(Plain(address))), ranges);
        }
        else if (TryNetwork(place, out var network))
        {
            rule = new RelayRule(null, network, ranges);
        }
        else if (Uri.CheckHostName(place) == UriHostNameType.Dns && !place.Contains('/', StringComparison.Ordinal))
        {
            rule = new RelayRule(place.ToLowerInvariant(), default, ranges);
        }

        return rule is not null;
    }

    /// <summary>Whether it names the host: the name itself, or an address that the name has.</summary>
    public bool NamesHost(string host, IPAddress address) => _name is not null
        ? _name.Equals(host.TrimEnd('.'), StringComparison.OrdinalIgnoreCase) : _network.Contains(Plain(address));

    /// <summary>Whether it has the port.</summary>
    public bool HasPort(int port) => _ports.Count == 0 || _ports.Exists(range => port >= range.First && port <= range.Last);

    /// <summary>An address without IPv6's way to write IPv4 ones, which would be a way around rules.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static int BitsOf(IPAddress address) => address.GetAddressBytes().Length * 8;

    private static bool TryNetwork(string text, out IPNetwork network)
    {
        network = default;
        string[] parts = text.Split('/');
        if (parts.Length != 2 || !IPAddress.TryParse(parts[0], out var address)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int bits) || bits > BitsOf(address))
        {
            return false;
        }

        // People write the address of a host with the length of its network, too.
        byte[] bytes = address.GetAddressBytes();
        for (int bit = bits; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        network = new IPNetwork(new IPAddress(bytes), bits);
        return true;
    }

    private static bool TryPorts(string text, out List<(int First, int Last)> ranges)
    {
        ranges = [];
        if (text.Length == 0)
        {
            return true;
        }

        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryPort(ends[0], out int first) || !TryPort(ends[^1], out int last) || last < first || ranges.Count == PortRangesMax)
            {
                return false;
            }

            ranges.Add((first, last));
        }

        return true;
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= IPEndPoint.MaxPort;
}
