using System.Net;
using RemoteChain.Gateway.Machines;

namespace RemoteChain.Gateway.Tests.Machines;

public sealed class NetworkRulesTests
{
    static NetworkRules Rules(string allow) => MachineTemplate.Parse($"name: x\nkernel: k\nnetwork:\n  allow: [{allow}]\n").Template!.Network!;

    static string Decide(NetworkRules rules, string host, int port, params string[] addresses)
    {
        var (allowed, refusal) = rules.Decide(host, port, [.. (addresses.Length > 0 ? addresses : [host]).Select(IPAddress.Parse)]);
        return allowed.Count > 0 ? string.Join(' ', allowed) : refusal;
    }

    [Theory]
    [InlineData("")]
    [InlineData("network: off\n")]
    [InlineData("network:\n")]
    public void Parse_NoNetwork_IsNone(string text) => Assert.Null(MachineTemplate.Parse("name: x\nkernel: k\n" + text).Template!.Network);

    [Theory]
    [InlineData("network: on\n", 3, 10, "`off` or `allow`")]
    [InlineData("network:\n  allow: tcp 10.0.0.5:22\n", 4, 10, "takes a list")]
    [InlineData("network:\n  allow: [dns, udp 10.0.0.5:53]\n", 4, 16, "a rule is `dns`, or `tcp`")]
    [InlineData("network:\n  allow:\n    - tcp 10.0.0.5:22\n    - tcp 10.0.0.5:0\n", 6, 7, "a rule is")]
    [InlineData("network:\n  allow: [tcp 127.0.0.1:80]\n", 4, 11, "no connection leads there")]
    [InlineData("network:\n  allow: [tcp 203.0.113.2:80]\n", 4, 11, "no connection leads there")]
    [InlineData("network:\n  allow: [\"tcp [2001:db8::1]:80\"]\n", 4, 11, "IPv4 only")]
    [InlineData("network:\n  deny: []\n", 4, 3, "`deny` is not a key")]
    public void Parse_Wrong_SaysWhereAndWhat(string text, int line, int column, string part)
    {
        var error = Assert.Single(MachineTemplate.Parse("name: x\nkernel: k\n" + text).Errors);
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_ByAddressAndByName_AllowsWhatIsNamedAndSaysWhatIsNear()
    {
        var rules = Rules("tcp 10.0.0.5:22, tcp *.example:80, tcp 10.1.0.0/16");
        Assert.Equal("10.0.0.5", Decide(rules, "10.0.0.5", 22));
        Assert.Equal("the rule tcp 10.0.0.5:22 names the host but not the port", Decide(rules, "10.0.0.5", 80));
        Assert.Equal("none of 3 rules names it", Decide(rules, "10.0.0.6", 22));
        Assert.Equal("192.0.2.9", Decide(rules, "www.example", 80, "192.0.2.9"));
        Assert.Equal("the rule tcp *.example:80 names the host but not the port", Decide(rules, "www.example", 443, "192.0.2.9"));
        Assert.Equal("none of 3 rules names it", Decide(rules, "example", 80, "192.0.2.9"));
        Assert.True(rules.NamesName("a.b.example"));
        Assert.False(rules.NamesName("example") || rules.NamesName("notexample") || rules.LooksUp);
        Assert.Equal("no rule allows a connection", Decide(Rules("dns"), "10.0.0.5", 22));
    }

    // A name that leads to the node itself, or to what a cloud tells its machines, is no way there.
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.2")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("203.0.113.2")]
    public void Decide_NameThatLeadsToUs_IsRefused(string address)
    {
        var rules = Rules("tcp *.example, tcp 0.0.0.0/0");
        Assert.Equal("it is an address of this node itself, or of no host", Decide(rules, "a.example", 80, address));
        Assert.Equal("10.0.0.1", Decide(rules, "a.example", 80, address, "10.0.0.1"));
        Assert.Equal("it is an address of this node itself, or of no host", Decide(rules, address, 80));
    }

    [Fact]
    public void Decide_AddressOfTheLinkThatARuleNames_IsAllowed() => Assert.Equal("169.254.169.254", Decide(Rules("tcp 169.254.169.254:80"), "169.254.169.254", 80));
}
