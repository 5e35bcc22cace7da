using RemoteChain.Gateway.Chains.Profiles;

namespace RemoteChain.Gateway.Tests.Chains.Profiles;

public sealed class WireGuardProfileTests
{
    // Made for these tests; no tunnel has them.
    const string Private = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    const string Public = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    const string Other = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

    const string Head = $"[Interface]\nPrivateKey = {Private}\nAddress = 10.0.0.2/24\n";
    const string Tail = $"[Peer]\nPublicKey = {Public}\nEndpoint = vpn.example:51820\nAllowedIPs = 0.0.0.0/0\n";

    [Fact]
    public void Parse_WholeFile_ReadsEveryKey()
    {
        var reading = WireGuardProfile.Parse($"""
            # office
            [Interface]
            PrivateKey = {Private} # secret
            Address = 10.200.100.8/24, fd00:200::8/64
            Address = 10.9.9.9
            DNS = 10.200.100.1, corp.example, fd00:200::1
            MTU = 1380
            ListenPort = 51821
            Table = off
            FwMark = 0xca6c
            SaveConfig = true

            [Peer]
            PublicKey = {Public}
            PresharedKey = {Other}
            AllowedIPs = 192.168.1.0/24, ::/0
            Endpoint = [2001:db8::1]:51820
            PersistentKeepalive = 25

            [Peer]
            PublicKey={Other}
            """);

        Assert.Empty(reading.Errors);
        var profile = reading.Profile!;
        Assert.Equal(Private, profile.PrivateKey);
        Assert.Equal(["10.200.100.8/24", "fd00:200::8/64", "10.9.9.9/32"], profile.Addresses.Select(network => network.ToString()));
        Assert.Equal(["10.200.100.1", "fd00:200::1"], profile.Dns.Select(address => address.ToString()));
        Assert.Equal(["corp.example"], profile.SearchDomains);
        Assert.Equal((1380, 51821), (profile.Mtu, profile.ListenPort));
        Assert.Equal([9, 10, 11], reading.Notes.Select(note => note.Line));
        var peer = profile.Peers[0];
        Assert.Equal((Public, Other, "2001:db8::1", 51820, 25),
            (peer.PublicKey, peer.PresharedKey, peer.EndpointHost, peer.EndpointPort, peer.KeepaliveSeconds));
        Assert.Equal(["192.168.1.0/24", "::/0"], peer.AllowedIps.Select(network => network.ToString()));
        Assert.Equal((Other, null, 0), (profile.Peers[1].PublicKey, profile.Peers[1].EndpointHost, profile.Peers[1].EndpointPort));
    }

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData("")]
    public void Parse_AsWindowsWritesIt_ReadsTheSame(string mark)
    {
        var reading = WireGuardProfile.Parse(mark + (Head + Tail).Replace("\n", "\r\n", StringComparison.Ordinal)
            .Replace("[Interface]", "[INTERFACE]", StringComparison.Ordinal).Replace("Address", "address", StringComparison.Ordinal)
            .Replace("PublicKey = ", "publickey=", StringComparison.Ordinal));

        Assert.Empty(reading.Errors);
        Assert.Equal(("vpn.example", 51820), (reading.Profile!.Peers[0].EndpointHost, reading.Profile.Peers[0].EndpointPort));
    }

    // One row per mistake: what is changed in a good profile, into what, and the error as people see it.
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "Address =", "PostUp = iptables -A FORWARD\nAddress =", "line 3: `PostUp` runs a program, which no profile may do here; remove the line" },
        { "Address =", "preDOWN=x\nAddress =", "line 3: `preDOWN` runs a program, which no profile may do here; remove the line" },
        { Private, "short", "line 2: `PrivateKey` must be a key of 32 bytes in base64, 44 characters that end in `=`" },
        { Public, Private[1..] + "=", "line 5: `PublicKey` must be a key of 32 bytes in base64, 44 characters that end in `=`" },
        { "10.0.0.2/24", "10.0.0.2/33", "line 3: `Address` must be addresses such as 10.0.0.2/24 or fd00::2/64, separated by commas" },
        { "10.0.0.2/24", "1", "line 3: `Address` must be addresses such as 10.0.0.2/24 or fd00::2/64, separated by commas" },
        { "Address = 10.0.0.2/24", "", "line 1: `[Interface]` has no `Address`; nothing could be sent through the tunnel" },
        { "[Interface]", "", "line 2: a profile begins with `[Interface]`" },
        { "[Interface]", "[Interface]\n[Interface]", "line 2: the one `[Interface]` of a profile is already in line 1" },
        { "[Peer]", "[Pear]", "line 4: a section is `[Interface]` or `[Peer]`" },
        { "AllowedIPs", "AllowedIP", "line 7: `AllowedIP` is not known in `[Peer]` (did you mean `AllowedIPs`?)" },
        { "vpn.example:51820", "vpn.example", "line 6: `Endpoint` must be HOST:PORT or [ADDRESS]:PORT with a port from 1 to 65535" },
        { "vpn.example:51820", "2001:db8::1:51820", "line 6: `Endpoint` must be HOST:PORT or [ADDRESS]:PORT with a port from 1 to 65535" },
        { "Endpoint = vpn.example:51820", "", "line 1: no `[Peer]` has an `Endpoint`; nobody could be called" },
        { "Address =", "MTU = 1\nAddress =", "line 3: `MTU` must be a whole number from 576 to 65535" },
        { "Endpoint", $"PublicKey = {Other}\nEndpoint", "line 6: `PublicKey` is given twice in this section" },
        { "[Peer]", "PrivateKey\n[Peer]", "line 4: `PrivateKey` is not followed by `=`; a line is `Key = value`" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Parse_Mistake_IsToldWithItsLine(string good, string bad, string expected)
    {
        var reading = WireGuardProfile.Parse((Head + Tail).Replace(good, bad, StringComparison.Ordinal));

        Assert.Null(reading.Profile);
        Assert.Contains(expected, reading.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void Parse_PeerGivenTwice_NamesTheFirst() => Assert.Equal("line 9: this peer is already given in line 4",
        Assert.Single(WireGuardProfile.Parse(Head + Tail + Tail).Errors).ToString());

    [Theory]
    [InlineData("PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBm")]
    [InlineData("yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=")]
    [InlineData("yAnz5TFlXXJte14tji3zlMNqhd2rYUIgJBgB3fBmk = yAnz5TF")]
    [InlineData("Endpoint = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=")]
    public void Parse_KeyInTheWrongPlace_IsNeverRepeated(string line)
    {
        var reading = WireGuardProfile.Parse($"{Head}{line}\n{Tail}{line}\n");

        Assert.NotEmpty(reading.Errors);
        Assert.DoesNotContain(reading.Errors, error => error.Message.Contains("yAnz5TF", StringComparison.Ordinal));
        Assert.DoesNotContain("yAnz5TF", reading.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_OfAProfile_ShowsNoKey()
    {
        var reading = WireGuardProfile.Parse(Head + Tail);

        Assert.DoesNotContain(Private, $"{reading} {reading.Profile} {reading.Profile!.Peers[0]}", StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Flood_IsBounded()
    {
        Assert.Equal(ProfileText.ErrorsMax, WireGuardProfile.Parse(Head + string.Concat(Enumerable.Repeat("Colour = red\n", 1000))).Errors.Count);
        Assert.NotEmpty(WireGuardProfile.Parse(Head + string.Concat(Enumerable.Repeat("[Peer]\n", 1000))).Errors);
        Assert.NotEmpty(WireGuardProfile.Parse(Head + Tail + "AllowedIPs = " + string.Join(',', Enumerable.Repeat("10.0.0.0/8", 2000))).Errors);
        Assert.NotEmpty(WireGuardProfile.Parse(new string('#', ProfileText.CharsMax + 1)).Errors);
    }
}
