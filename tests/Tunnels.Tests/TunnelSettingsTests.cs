using RemoteChain.Tunnels.OpenVpn;

namespace RemoteChain.Tunnels.Tests;

public sealed class TunnelSettingsTests
{
    [Fact]
    public void Read_WhatServersPush_BecomesAddressesRoutesAndNames()
    {
        var settings = Of(
            ("ifconfig_local", "10.8.0.6"), ("ifconfig_netmask", "255.255.255.0"), ("route_network_1", "192.168.1.77"), ("route_netmask_1", "255.255.255.0"),
            ("route_network_2", "10.1.2.3"), ("route_netmask_2", "255.255.255.255"), ("ifconfig_ipv6_local", "fd00::6"), ("ifconfig_ipv6_netbits", "64"),
            ("route_ipv6_network_1", "fd01::/48"), ("foreign_option_1", "dhcp-option DNS 10.8.0.1"), ("foreign_option_2", "dhcp-option DOMAIN site"),
            ("tun_mtu", "1400"));

        Assert.Equal("10.8.0.6/24 fd00::6/64", string.Join(' ', settings.Addresses));
        Assert.Equal("192.168.1.0/24 10.1.2.3/32 fd01::/48", string.Join(' ', settings.Routes));
        Assert.Equal("10.8.0.1 site", $"{settings.NameServers.Single()} {settings.SearchDomains.Single()}");
        Assert.Equal(1400, settings.Mtu);
    }

    [Fact]
    public void Read_PointToPointAndDefaultRoute()
    {
        var settings = Of(("ifconfig_local", "10.8.0.6"), ("ifconfig_remote", "10.8.0.5"), ("redirect_gateway", "1"));

        Assert.Equal("10.8.0.6/32", string.Join(' ', settings.Addresses));
        Assert.Equal("10.8.0.5/32 0.0.0.0/0", string.Join(' ', settings.Routes));
    }

    [Theory]
    [InlineData("ifconfig_local", "10.8.0.6; rm")]
    [InlineData("ifconfig_local", "fd00::1")]
    [InlineData("route_network_1", "lo up")]
    [InlineData("foreign_option_1", "dhcp-option DNS x")]
    [InlineData("foreign_option_1", "dhcp-option DOMAIN a b")]
    [InlineData("tun_mtu", "-1")]
    public void Read_Nonsense_IsNothing(string name, string value)
    {
        var settings = Of((name, value), ("route_netmask_1", "255.0.255.0"));

        Assert.Empty(settings.Addresses);
        Assert.Empty(settings.Routes);
        Assert.Empty(settings.NameServers);
        Assert.Empty(settings.SearchDomains);
        Assert.Equal(0, settings.Mtu);
    }

    static TunnelSettings Of(params (string Name, string Value)[] values)
    {
        var settings = new TunnelSettings();
        foreach (var (name, value) in values) settings.Set(name, value);
        return settings;
    }
}
