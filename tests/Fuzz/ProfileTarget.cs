using System.Text;
using RemoteChain.Gateway.Chains.Profiles;

namespace RemoteChain.Fuzz;

/// <summary>
/// A VPN profile as a stranger might send it to the API: read as both kinds. What is accepted of an OpenVPN profile and written anew must be
/// read as the same again, with no option that was not there.
/// </summary>
sealed class ProfileTarget() : FuzzTarget("profile", "a WireGuard or OpenVPN profile, a key for SSH")
{
    static readonly string[] s_profiles =
    [
        "[Interface]\r\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\r\nAddress = 10.0.0.2/24, fd00::2/64\r\nDNS = 10.0.0.1, corp.example\r\n"
            + "MTU=1380\r\n[Peer]\r\nPublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\r\nEndpoint = [fd00::1]:51820\r\nAllowedIPs = ::/0\r\n",
        "client\ndev tun\nproto udp\nremote vpn.example 1194 tcp\n<connection>\nremote b 1\n</connection>\nauth-user-pass\nverify-x509-name \"a b\" 'n\\'\n"
            + "dhcp-option DOMAIN a\\ b\n<ca>\n-----BEGIN CERTIFICATE-----\nMIIB\n</ca>\n<key>\nx\n</key>\n",
        "client\ndev tun\nremote a\nsetenv opt ping 1\nignore-unknown-option x y\nx\ntls-auth [inline] 1\n<tls-auth>\n6acef03f\n</tls-auth>\n<ca>\nx\n</ca>\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==\n-----END OPENSSH PRIVATE KEY-----\n",
        "up x\nsetenv opt up x\n<up>\n</up>\nplugin a.so\nca ca.crt\nmanagement /x unix\n",
    ];

    long _wireGuard, _openVpn, _refused;

    internal override IReadOnlyList<byte[]> Seeds { get; } = [.. s_profiles.Select(Encoding.UTF8.GetBytes)];

    internal override string Reached => $"{_wireGuard} WireGuard, {_openVpn} OpenVPN, {_refused} refused by both";

    internal override void Feed(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var (wireGuard, openVpn) = (WireGuardProfile.Parse(text), OpenVpnProfile.Parse(text));
        Check(wireGuard.IsValid, wireGuard.Errors);
        Check(openVpn.IsValid, openVpn.Errors);
        var key = SshKeyFile.Parse(text);
        Check(key.IsValid, key.Errors);
        _ = ProfileCheck.KindOf(text);
        if (wireGuard.IsValid) _wireGuard++;
        else if (openVpn.IsValid) _openVpn++;
        else _refused++;
        if (!openVpn.IsValid) return;

        var written = openVpn.Profile.Configuration();
        var again = OpenVpnProfile.Parse("dev tun\nremote a\n" + written);
        if (again.Profile?.Configuration() != written) throw new InvalidOperationException("what was written is read as something else");
    }

    static void Check(bool valid, IReadOnlyList<ProfileRemark> errors)
    {
        if (valid != (errors.Count == 0)) throw new InvalidOperationException($"{errors.Count} errors");
        if (errors.FirstOrDefault(error => error.Line < 1 || error.Message.Any(char.IsControl)) is { } odd)
            throw new InvalidOperationException($"an error without a place or with control characters: {odd}");
    }
}
