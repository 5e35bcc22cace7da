using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace RemoteChain.Harness;

/// <summary>An address of this host that is not loopback's, which the network of an emulated machine never reaches.</summary>
public static class OwnAddress
{
    /// <summary>The first of IPv4 that others could reach; null when there is none.</summary>
    public static IPAddress? First { get; } = NetworkInterface.GetAllNetworkInterfaces().Where(card => card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] != 169);
}
