using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class RdpFileTests
{
    static NewConnectionPass Pass(string id = "rc-abcdefghijkl", string secret = "k7m2q-9xwt4") =>
        new(new(id, new(1, "alice", Role.User), "site", false, default), secret);

    [Fact]
    public void Text_NamesTheDoorAndThePass()
    {
        var lines = RdpFile.Text("gw.example", 3389, Pass(), 1280, 800).Split("\r\n");

        Assert.Contains("full address:s:gw.example:3389", lines);
        Assert.Contains("username:s:rc-abcdefghijkl", lines);
        Assert.Contains("password:s:k7m2q-9xwt4", lines);
        Assert.Contains("enablecredsspsupport:i:1", lines);
        Assert.Contains("desktopwidth:i:1280", lines);
        Assert.All(lines[..^1], line => Assert.Matches("^[a-z ]+:[si]:", line));
    }

    [Fact]
    public void Text_Ipv6Address_IsBracketed() =>
        Assert.Contains("full address:s:[2001:db8::1]:3390\r\n", RdpFile.Text("2001:db8::1", 3390, Pass()));

    [Fact]
    public void Text_ControlCharacters_CannotAddALine()
    {
        var text = RdpFile.Text("gw\r\nalternate shell:s:calc.exe", 1, Pass(id: "rc-\u2028\nx", secret: "a\0b\tc"));

        Assert.DoesNotContain("\nalternate shell", text);
        Assert.Contains("password:s:abc\r\n", text);
        Assert.Contains("username:s:rc-x\r\n", text);
    }
}
