using System.Text;
using RemoteChain.Tunnels.OpenVpn;

namespace RemoteChain.Fuzz;

/// <summary>Lines of OpenVPN's management interface, with what a server pushed among them, and profiles: all of it is read by a process with
/// rights.</summary>
sealed class ManagementTarget : FuzzTarget
{
    long _lines, _harmless;

    internal ManagementTarget() : base("management", "lines of OpenVPN's management interface, and profiles")
    {
        string[] texts =
        [
            ">HOLD:Waiting for hold release:0\n>PASSWORD:Need 'Auth' username/password\n>PASSWORD:Verification Failed: 'Auth'\n>FATAL:x\n",
            ">STATE:1,CONNECTED,SUCCESS,10.0.0.3,198.18.5.250,1194,,\n>STATE:1,RECONNECTING,ping-restart,,,,,\n",
            ">UPDOWN:UP\n>UPDOWN:ENV,ifconfig_local=10.0.0.3\n>UPDOWN:ENV,ifconfig_netmask=255.255.255.0\n>UPDOWN:ENV,route_network_1=10.1.0.0\n"
                + ">UPDOWN:ENV,route_netmask_1=255.255.0.0\n>UPDOWN:ENV,route_ipv6_network_1=fd00::/64\n>UPDOWN:ENV,foreign_option_1=dhcp-option DNS 10.0.0.1\n"
                + ">UPDOWN:ENV,foreign_option_2=dhcp-option DOMAIN a.b\n>UPDOWN:ENV,tun_mtu=1500\n>UPDOWN:ENV,END\n",
            "client\n<ca>\nx\n</ca>\n# y\ncipher AES-256-GCM\n",
        ];
        Seeds = [.. texts.Select(Encoding.UTF8.GetBytes)];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_lines} lines understood, {_harmless} profiles let through";

    internal override void Feed(byte[] input)
    {
        var settings = new TunnelSettings();
        foreach (var line in Encoding.UTF8.GetString(input).Split('\n'))
        {
            var read = ManagementLine.Read(line);
            if (read is not null) _lines++;
            if (read is ManagementLine.Setting setting) settings.Set(setting.Name, setting.Value);
        }

        // What goes to `ip -batch` must be one word each.
        foreach (var prefix in settings.Addresses.Concat(settings.Routes))
            if (prefix.ToString().AsSpan().ContainsAny(" \n\t;")) throw new InvalidOperationException($"{prefix} is more than a prefix");
        foreach (var domain in settings.SearchDomains)
            if (domain.Contains(' ')) throw new InvalidOperationException($"{domain} is no domain");
        _ = (settings.NameServers, settings.Mtu);
        if (OpenVpnText.IsHarmless(input, out _)) _harmless++;
    }
}
