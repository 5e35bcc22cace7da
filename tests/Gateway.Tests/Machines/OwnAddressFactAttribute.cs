using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace RemoteChain.Gateway.Tests.Machines;

/// <summary>A test that reaches this host by an address of its own: loopback is what a machine's network never reaches.</summary>
public sealed class OwnAddressFactAttribute : FactAttribute
{
    /// <summary>Skips where there is nothing but loopback.</summary>
    public OwnAddressFactAttribute()
    {
        if (Address is null) Skip = "this host has no address but loopback's";
    }

    /// <summary>The host's first address of IPv4 that others could reach; null when it has none.</summary>
    public static IPAddress? Address { get; } = NetworkInterface.GetAllNetworkInterfaces().Where(card => card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] != 169);
}
