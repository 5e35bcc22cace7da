using System.Net;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

public sealed class RelayRuleTests
{
    [Theory]
    [InlineData("Desk.Example:3389", "desk.example:3389")]
    [InlineData("10.0.0.5", "10.0.0.5")]
    [InlineData("10.0.0.5/24:3389,7443-7450", "10.0.0.0/24:3389,7443-7450")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[2001:db8::1/64]:3389", "[2001:db8::/64]:3389")]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("*.Example:80", "*.example:80")]
    public void TryParse_Good_IsWrittenInOneWay(string text, string expected)
    {
        Assert.True(DestinationRule.TryParse(text, out var rule));
        Assert.Equal(expected, rule!.Text);
        Assert.True(DestinationRule.TryParse(rule.Text, out var again));
        Assert.Equal(expected, again!.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/33")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:70000")]
    [InlineData("host:90-80")]
    [InlineData("[::1]3389")]
    [InlineData("[::1]:")]
    [InlineData("ho st")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("a.*.example")]
    [InlineData("110.")]
    [InlineData("10.1")]
    public void TryParse_Other_IsRefused(string text) => Assert.False(DestinationRule.TryParse(text, out _));

    // What is allowed is the address that was looked at: a name that a network rule allows must be dialed at that address.
    [Fact]
    public void Decide_NameWithinANetwork_GivesOnlyTheAddressesInside()
    {
        var (allowed, _) = RelayPolicy.Decide([new(1, "10.0.0.0/24:3389", null)], "home", new HostEndpoint("desk", 3389),
            [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("10.0.0.7")]);

        Assert.Equal([IPAddress.Parse("10.0.0.7")], allowed);
    }

    // IPv6's way to write an IPv4 address must not be a way past a rule, in neither direction.
    [Fact]
    public void Decide_MappedAddress_IsTheAddressThatItMeans()
    {
        RelayRuleRow[] rules = [new(1, "10.0.0.0/24", null)];

        Assert.NotEmpty(RelayPolicy.Decide(rules, "home", new HostEndpoint("x", 1), [IPAddress.Parse("::ffff:10.0.0.7")]).Allowed);
        Assert.Empty(RelayPolicy.Decide(rules, "home", new HostEndpoint("x", 1), [IPAddress.Parse("::ffff:10.0.1.7")]).Allowed);
    }

    [Fact]
    public void Decide_RuleForAnotherNode_AllowsNothingAndIsNotTold()
    {
        var (allowed, refusal) = RelayPolicy.Decide([new(1, "10.0.0.5", "other")], "home", new HostEndpoint("10.0.0.5", 3389), [IPAddress.Parse("10.0.0.5")]);

        Assert.Empty(allowed);
        Assert.Equal("it has no rule that allows home anything, so not 10.0.0.5:3389 either", refusal);
    }
}
