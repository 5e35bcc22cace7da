using System.Globalization;
using System.Net;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>Where a node listens, as people write it: <c>gw.example</c>, <c>192.0.2.7:7443</c>, <c>[2001:db8::7]:7443</c>.</summary>
public static class RelayAddress
{
    /// <summary>Reads one; the port may be left out.</summary>
    public static bool TryParse(string text, out HostEndpoint address)
    {
        address = default;
        string host = text;
        int port = RelayNode.PortDefault;
        if (!IPAddress.TryParse(text, out _) && text.LastIndexOf(':') is >= 0 and var colon)
        {
            host = text[..colon];
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > IPEndPoint.MaxPort)
            {
                return false;
            }
        }

        host = host.Trim('[', ']');
        address = new HostEndpoint(host, port);
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;
    }
}
