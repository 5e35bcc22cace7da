using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RemoteChain.Gateway.Chains;

/// <summary>
/// Destinations that a relay connects to, or a machine may: one name, all names below one, an address or a network, and ports.
/// <c>desk.example:3389</c>, <c>*.example:443</c>, <c>10.0.0.0/24</c>, <c>[2001:db8::/64]:3389,7443-7450</c>. Without ports all of them.
/// </summary>
public sealed class DestinationRule
{
    private const int PortRangesMax = 16, TextCharsMax = 300;
    private const string AllBelow = "*.";
    private readonly string? _name;
    private readonly IPNetwork _network;
    private readonly List<(int First, int Last)> _ports;

    private DestinationRule(string? name, IPNetwork network, List<(int First, int Last)> ports)
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
    public static bool TryParse(string text, out DestinationRule? rule)
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

            rule = new DestinationRule(null, new IPNetwork(Plain(address), BitsOf(Plain(address))), ranges);
        }
        else if (TryNetwork(place, out var network))
        {
            rule = new DestinationRule(null, network, ranges);
        }
        else if (Uri.CheckHostName(place.StartsWith(AllBelow, StringComparison.Ordinal) ? place[AllBelow.Length..] : place) == UriHostNameType.Dns && !place.Contains('/', StringComparison.Ordinal))
        {
            rule = new DestinationRule(place.ToLowerInvariant(), default, ranges);
        }

        return rule is not null;
    }

    /// <summary>The addresses that it names; null when it names names.</summary>
    public IPNetwork? Network => _name is null ? _network : null;

    /// <summary>
    /// The addresses of a destination that some rule allows; none with the rule that came nearest, which names the host but not the port. The caller
    /// must connect to one of these addresses and not ask for the name again, because it could have another address then.
    /// </summary>
    public static (IReadOnlyList<IPAddress> Allowed, DestinationRule? Nearest) Decide(
        IReadOnlyList<DestinationRule> rules, string host, int port, IReadOnlyList<IPAddress> addresses)
    {
        var allowed = addresses.Where(address => rules.Any(rule => rule.NamesHost(host, address) && rule.HasPort(port))).ToList();
        return (allowed, allowed.Count > 0 ? null : rules.FirstOrDefault(rule => addresses.Any(address => rule.NamesHost(host, address))));
    }

    /// <summary>Whether it names the host: the name itself, or an address that the name has.</summary>
    public bool NamesHost(string host, IPAddress address) => _name is not null ? NamesName(host) : _network.Contains(Plain(address));

    /// <summary>Whether it names this name.</summary>
    public bool NamesName(string host)
    {
        string name = host.TrimEnd('.');
        return _name is not null && (_name.StartsWith(AllBelow, StringComparison.Ordinal)
            ? name.EndsWith(_name[1..], StringComparison.OrdinalIgnoreCase) && name.Length > _name.Length - 1
            : _name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

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
