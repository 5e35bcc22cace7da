using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.OpenVpn;

/// <summary>How a tunnel's inside is to be furnished: what the profile says and the server pushed, under the names that <c>openvpn(8)</c> gives
/// its scripts. All of it is the server's word, so that every value is read and written anew.</summary>
sealed class TunnelSettings
{
    const int AddressesMax = OpenWireGuard.AddressesMax;
    const int MtuMin = 576, MtuMax = 9000;

    readonly Dictionary<string, string> _values = [];

    /// <summary>More settings than this are left out: routes of a large company are some hundred.</summary>
    internal const int CountMax = 4096;

    /// <summary>The tunnel's own addresses.</summary>
    internal IReadOnlyList<AddressPrefix> Addresses => [.. Own()];

    /// <summary>What is reached through it.</summary>
    internal IReadOnlyList<AddressPrefix> Routes => [.. Reached().Distinct().Take(AddressesMax)];

    /// <summary>Its DNS servers.</summary>
    internal IReadOnlyList<IPAddress> NameServers => [.. Pushed("DNS", "DNS6").Concat(Numbered("dns_server_", "_address_"))
        .Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>().Distinct().Take(TunnelOpened.NamesMax)];

    /// <summary>What short names are completed with.</summary>
    internal IReadOnlyList<string> SearchDomains => [.. Pushed("DOMAIN", "DOMAIN-SEARCH").Concat(Numbered("dns_search_domain_", ""))
        .Where(domain => Uri.CheckHostName(domain) == UriHostNameType.Dns).Distinct().Take(TunnelOpened.NamesMax)];

    /// <summary>Largest packet inside; 0 when nobody says.</summary>
    internal int Mtu => int.TryParse(_values.GetValueOrDefault("tun_mtu"), NumberStyles.None, CultureInfo.InvariantCulture, out var mtu)
        ? Math.Clamp(mtu, MtuMin, MtuMax) : 0;

    internal void Set(string name, string value)
    {
        if (_values.Count < CountMax || _values.ContainsKey(name)) _values[name] = value;
    }

    internal void Clear() => _values.Clear();

    IEnumerable<AddressPrefix> Own()
    {
        if (Address("ifconfig_local", AddressFamily.InterNetwork) is { } local)
            yield return new(local, Address("ifconfig_netmask", AddressFamily.InterNetwork) is { } mask && PrefixOf(mask) is { } length ? length : 32);
        if (Address("ifconfig_ipv6_local", AddressFamily.InterNetworkV6) is { } local6)
            yield return new(local6, int.TryParse(_values.GetValueOrDefault("ifconfig_ipv6_netbits"), NumberStyles.None, CultureInfo.InvariantCulture,
                out var bits) && bits <= 128 ? bits : 128);
    }

    IEnumerable<AddressPrefix> Reached()
    {
        // Between two points, the other one is reached without a network.
        if (Address("ifconfig_remote", AddressFamily.InterNetwork) is { } far) yield return new(far, 32);
        if (_values.GetValueOrDefault("redirect_gateway") == "1") yield return new(IPAddress.Any, 0);
        if (_values.GetValueOrDefault("redirect_gateway_ipv6") == "1") yield return new(IPAddress.IPv6Any, 0);
        for (var i = 1; Address($"route_network_{i}", AddressFamily.InterNetwork) is { } network; i++)
            if (Address($"route_netmask_{i}", AddressFamily.InterNetwork) is { } mask && PrefixOf(mask) is { } length) yield return Masked(network, length);
        for (var i = 1; _values.TryGetValue($"route_ipv6_network_{i}", out var text); i++)
            if (IPNetwork.TryParse(text, out var network) && network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6)
                yield return new(network.BaseAddress, network.PrefixLength);
    }

    IEnumerable<string> Pushed(params string[] kinds)
    {
        for (var i = 1; _values.TryGetValue($"foreign_option_{i}", out var option); i++)
            if (option.Split(' ') is ["dhcp-option", var kind, var value] && kinds.Contains(kind)) yield return value;
    }

    IEnumerable<string> Numbered(string begin, string within) => _values.Where(pair => pair.Key.StartsWith(begin, StringComparison.Ordinal)
        && pair.Key.Contains(within, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value);

    IPAddress? Address(string name, AddressFamily family) =>
        IPAddress.TryParse(_values.GetValueOrDefault(name), out var address) && address.AddressFamily == family ? address : null;

    static int? PrefixOf(IPAddress mask)
    {
        var bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(mask.GetAddressBytes());
        var length = System.Numerics.BitOperations.LeadingZeroCount(~bits);
        return length == 32 || bits << length == 0 ? length : null;
    }

    /// <summary>Servers push networks with bits behind the mask; the kernel does not take them.</summary>
    static AddressPrefix Masked(IPAddress network, int length)
    {
        var bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(network.GetAddressBytes());
        var bytes = new byte[sizeof(uint)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, length == 0 ? 0 : bits & uint.MaxValue << 32 - length);
        return new(new IPAddress(bytes), length);
    }
}
