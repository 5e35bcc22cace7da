using RemoteChain.Gateway.Chains.Profiles;

namespace RemoteChain.Gateway.Tests.Chains.Profiles;

public sealed class OpenVpnProfileTests
{
    // Like the files that servers hand out; the "keys" are none.
    const string Good = """
        # Automatically generated
        setenv FORWARD_COMPATIBLE 1
        client
        dev tun
        proto udp
        remote vpn.example.net 1194
        resolv-retry infinite
        nobind
        persist-key
        persist-tun
        remote-cert-tls server
        verify-x509-name "gate way" name
        auth SHA512
        ; a comment of the other kind
        ignore-unknown-option block-outside-dns data-channel
        block-outside-dns
        data-channel fast
        verb 3
        auth-user-pass
        <ca>
        -----BEGIN CERTIFICATE-----
        MIIBnot-a-certificate
        -----END CERTIFICATE-----
        </ca>
        key-direction 1
        <tls-auth>
        #
        # 2048 bit OpenVPN static key
        #
        -----BEGIN OpenVPN Static key V1-----
        6acef03f62675b4b1bbd03e53b187727
        -----END OpenVPN Static key V1-----
        </tls-auth>

        """;

    [Fact]
    public void Parse_WholeFile_KeepsWhatShapesTheTunnel()
    {
        var reading = OpenVpnProfile.Parse(Good);

        Assert.Empty(reading.Errors);
        var profile = reading.Profile!;
        Assert.Equal([new OpenVpnRemote("vpn.example.net", 1194, Tcp: false)], profile.Remotes);
        Assert.True(profile.AsksForLogin);
        Assert.False(profile.IsTcp);
        Assert.Equal(
            ["client", "resolv-retry infinite", "remote-cert-tls server", "verify-x509-name \"gate way\" name", "auth SHA512", "key-direction 1"],
            profile.Options.Select(option => option.Line));
        Assert.Equal(["ca", "tls-auth"], profile.Blocks.Keys);
        Assert.Contains("\n<ca>\n-----BEGIN CERTIFICATE-----\nMIIBnot-a-certificate\n-----END CERTIFICATE-----\n</ca>\n", profile.Configuration());
        Assert.DoesNotContain("MIIB", $"{reading} {profile}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\uFEFF", "\r\n")]
    [InlineData("", "\r")]
    public void Parse_AsOtherSystemsWriteIt_ReadsTheSame(string mark, string lineEnd) => Assert.Equal(
        OpenVpnProfile.Parse(Good).Profile!.Configuration(),
        OpenVpnProfile.Parse(mark + Good.Replace("\n", lineEnd, StringComparison.Ordinal)).Profile!.Configuration());

    [Theory]
    [InlineData("remote a.example 443 tcp", "a.example 443 True")]
    [InlineData("remote a.example\nremote 10.0.0.1 1195\nremote fd00::1 1196 tcp6-client", "a.example 1194 False, 10.0.0.1 1195 False, fd00::1 1196 True")]
    [InlineData("proto tcp-client\nport 4443\nremote a.example", "a.example 4443 True")]
    [InlineData("<connection>\nremote a.example 443\nproto tcp\nnobind\n</connection>\n<connection>\nremote b.example\n</connection>",
        "a.example 443 True, b.example 1194 False")]
    public void Parse_Remotes_ReadsEveryForm(string lines, string expected)
    {
        var reading = OpenVpnProfile.Parse(Good.Replace("remote vpn.example.net 1194", lines, StringComparison.Ordinal));

        Assert.Empty(reading.Errors);
        Assert.Equal(expected, string.Join(", ", reading.Profile!.Remotes.Select(remote => $"{remote.Host} {remote.Port} {remote.Tcp}")));
    }

    // Every option that could run, read, write or become something, and how the refusal begins.
    [Theory]
    [InlineData("up /etc/openvpn/update-resolv-conf", "`up` runs a program")]
    [InlineData("--up \"sh -c 'id'\"", "`up` runs a program")]
    [InlineData("down x", "`down` runs a program")]
    [InlineData("route-up x", "`route-up` runs a program")]
    [InlineData("route-pre-down x", "`route-pre-down` runs a program")]
    [InlineData("ipchange x", "`ipchange` runs a program")]
    [InlineData("tls-verify x", "`tls-verify` runs a program")]
    [InlineData("auth-user-pass-verify x via-env", "`auth-user-pass-verify` runs a program")]
    [InlineData("client-connect x", "`client-connect` runs a program")]
    [InlineData("learn-address x", "`learn-address` runs a program")]
    [InlineData("plugin evil.so", "`plugin` runs a program or loads code")]
    [InlineData("engine dynamic", "`engine` runs a program or loads code")]
    [InlineData("iproute x", "`iproute` runs a program")]
    [InlineData("script-security 2", "`script-security` runs a program")]
    [InlineData("setenv PATH /tmp", "`setenv` sets a variable of programs that would be run")]
    [InlineData("setenv opt up /tmp/x", "`up` runs a program")]
    [InlineData("config other.ovpn", "`config` reads or writes a file of the machine")]
    [InlineData("cd /tmp", "`cd` reads or writes a file of the machine")]
    [InlineData("log /tmp/x", "`log` reads or writes a file of the machine")]
    [InlineData("status /tmp/x", "`status` reads or writes a file of the machine")]
    [InlineData("writepid /tmp/x", "`writepid` reads or writes a file of the machine")]
    [InlineData("chroot /tmp", "`chroot` changes what the process may do")]
    [InlineData("user nobody", "`user` changes what the process may do")]
    [InlineData("group nogroup", "`group` changes what the process may do")]
    [InlineData("daemon", "`daemon` changes what the process may do")]
    [InlineData("management 127.0.0.1 7505", "`management` opens the program to others on the machine")]
    [InlineData("management-hold", "`management-hold` opens the program to others on the machine")]
    [InlineData("ca ca.crt", "`ca` names a file of the machine; put its content between <ca> and </ca>")]
    [InlineData("key client.key", "`key` names a file of the machine; put its content between <key> and </key>")]
    [InlineData("pkcs12 me.p12", "`pkcs12` names a file of the machine")]
    [InlineData("crl-verify crl.pem", "`crl-verify` names a file of the machine")]
    [InlineData("auth-user-pass /etc/login", "`auth-user-pass` names a file of the machine")]
    [InlineData("local 10.0.0.1", "`local` is about the machine that the profile was written for")]
    [InlineData("mode server", "`mode` belongs to a server")]
    [InlineData("http-proxy proxy.example 8080 /etc/login", "`http-proxy` is a way of its own; make the proxy a layer before this one")]
    [InlineData("dev tap", "`dev` must be tun")]
    [InlineData("quantum-tunnel yes", "`quantum-tunnel` is not known here, and what is not known is not run")]
    [InlineData("ignore-unknown-option up\nup x", "`up` runs a program")]
    [InlineData("<up>\nx\n</up>", "a block that is not known here")]
    [InlineData("<auth-user-pass>\nme\nhunter2\n</auth-user-pass>", "a user and a password are kept beside the profile")]
    [InlineData("UP x", "`UP` is not known here")]
    [InlineData("remote ../../etc 1", "`remote` must be HOST")]
    [InlineData("remote a 0", "`remote` must be HOST")]
    [InlineData("auth \"SHA512", "quotes or a backslash are left open")]
    [InlineData("<key>\nx", "<key> is never closed")]
    [InlineData("<key>\n<ca>\n</key>", "a line of <key> cannot be part of a key")]
    [InlineData("<key>\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n</key>", "the key is locked by a passphrase")]
    [InlineData("cert [inline]", "`cert` promises a block <cert>")]
    public void Parse_WhatNoProfileMayDo_IsRefusedByNameWithItsLine(string line, string expected)
    {
        var reading = OpenVpnProfile.Parse("# first\n" + line + "\n" + Good);

        Assert.Null(reading.Profile);
        var error = reading.Errors.First(error => error.Message.StartsWith(expected, StringComparison.Ordinal));
        Assert.InRange(error.Line, 2, 2 + line.Count(c => c == '\n') + (line.StartsWith("<key>\nx", StringComparison.Ordinal) ? 99 : 0));
        Assert.DoesNotContain(reading.Errors, each => each.Message.Contains("hunter2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dev tun\n", "there is no `dev tun`")]
    [InlineData("client\n", "there is no `client`")]
    [InlineData("remote vpn.example.net 1194\n", "there is no `remote`")]
    public void Parse_WhatIsMissing_IsTold(string line, string expected) => Assert.StartsWith(expected,
        Assert.Single(OpenVpnProfile.Parse(Good.Replace(line, "", StringComparison.Ordinal)).Errors).Message);

    [Theory]
    [InlineData("6acef03f62675b4b1bbd03e53b187727")]
    [InlineData("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC")]
    [InlineData("auth-user-pass secretword")]
    [InlineData("<secretword>")]
    [InlineData("remote secretword!")]
    public void Parse_KeyInTheWrongPlace_IsNeverRepeated(string line)
    {
        var errors = OpenVpnProfile.Parse(line + "\n" + Good).Errors;

        Assert.NotEmpty(errors);
        Assert.DoesNotContain(errors, error => error.Message.Contains(line.Split(' ', '<')[^1].TrimEnd('>'), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""a "b c" 'd"\e' f\ g""", "a|b c|d\"\\e|f g")]
    [InlineData("a # comment", "a")]
    [InlineData("a b#c", "a|b#c")]
    [InlineData("a \"\"", "a|")]
    public void Words_OfALine_AreThoseOfTheProgram(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', OpenVpnWords.Split(line, wordsMax: 16)!));

    [Fact]
    public void Configuration_ReadAgain_IsTheSame()
    {
        var odd = Good + "dhcp-option DOMAIN \"a \\\"b\\\" \\\\ ; # '\"\npull-filter ignore \"redirect-gateway def1\"\n";
        var once = OpenVpnProfile.Parse(odd).Profile!;

        var again = OpenVpnProfile.Parse("dev tun\nremote a\n" + once.Configuration()).Profile!;

        Assert.Equal(once.Configuration(), again.Configuration());
        Assert.Contains("a \"b\" \\ ; # '", again.Options.SelectMany(option => option.Parameters));
    }

    [Fact]
    public void Parse_Flood_IsBounded()
    {
        Assert.Equal(ProfileText.ErrorsMax, OpenVpnProfile.Parse(string.Concat(Enumerable.Repeat("up x\n", 5000))).Errors.Count);
        Assert.NotEmpty(OpenVpnProfile.Parse(Good + string.Concat(Enumerable.Repeat("ping 1\n", 5000))).Errors);
        Assert.NotEmpty(OpenVpnProfile.Parse(Good + string.Concat(Enumerable.Repeat("remote a\n", 5000))).Errors);
        Assert.NotEmpty(OpenVpnProfile.Parse(Good + "auth " + new string('a', 500)).Errors);
        Assert.NotEmpty(OpenVpnProfile.Parse(new string('#', ProfileText.CharsMax + 1)).Errors);
    }
}
