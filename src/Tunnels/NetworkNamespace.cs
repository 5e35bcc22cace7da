using RemoteChain.Surface;
using RemoteChain.Surface.Control;
using RemoteChain.Tunnels.Native;

namespace RemoteChain.Tunnels;

/// <summary>
/// A network namespace that has no name: it lives while somebody holds a descriptor of it or is inside, so that nothing of it is left when
/// this process is gone, however it went.
/// </summary>
/// <remarks>
/// Only the main thread ever changes its namespace, and between going in and coming back it makes system calls and nothing else: a thread
/// that the runtime began meanwhile would be inside for ever.
/// </remarks>
sealed class NetworkNamespace : IDisposable
{
    const string OwnPath = "/proc/thread-self/ns/net";

    // What may be pinged from inside is nobody else's business: whoever gets a socket of this place may send echoes.
    const string EchoGroupsPath = "/proc/sys/net/ipv4/ping_group_range";

    readonly DescriptorHandle _descriptor;

    NetworkNamespace(DescriptorHandle descriptor) => _descriptor = descriptor;

    // A constructor, and not an initialiser: that one could run as late as on the way back from the first visit, and find itself there.
    static NetworkNamespace() => Machine = new(Open());

    /// <summary>Where this process was started.</summary>
    internal static NetworkNamespace Machine { get; }

    /// <summary>To hand to a child that moves a device here.</summary>
    internal DescriptorHandle Descriptor => _descriptor;

    /// <summary>A new one, with nothing but its loopback.</summary>
    /// <exception cref="IOException">The process may not, or the machine has no room for one more.</exception>
    internal static NetworkNamespace Create()
    {
        if (Linux.unshare(Linux.CLONE_NEWNET) != 0) throw Errno.Last("unshare(CLONE_NEWNET)");
        try
        {
            var made = new NetworkNamespace(Open());
            File.WriteAllText(EchoGroupsPath, "0 2147483647");
            return made;
        }
        finally
        {
            GoBack();
        }
    }

    /// <summary>Makes a socket inside.</summary>
    /// <returns>The socket, or null and the error number.</returns>
    internal (DescriptorHandle? Socket, int Error) MakeSocket(bool isV6, TunnelSocketKind kind)
    {
        var family = isV6 ? Linux.AF_INET6 : Linux.AF_INET;
        var (type, protocol) = kind switch
        {
            TunnelSocketKind.Tcp => (Linux.SOCK_STREAM, Linux.IPPROTO_TCP),
            TunnelSocketKind.Udp => (Linux.SOCK_DGRAM, Linux.IPPROTO_UDP),
            _ => (Linux.SOCK_DGRAM, isV6 ? Linux.IPPROTO_ICMPV6 : Linux.IPPROTO_ICMP),
        };
        using (Enter())
        {
            var made = Linux.socket(family, type | Linux.SOCK_CLOEXEC, protocol);
            return made >= 0 ? (new DescriptorHandle(made), 0) : ((DescriptorHandle?)null, Errno.Number);
        }
    }

    /// <summary>Goes inside until the visit is disposed of. A visitor makes system calls only.</summary>
    internal Visit Enter() => Linux.setns(_descriptor.Descriptor, Linux.CLONE_NEWNET) == 0 ? default : throw Errno.Last("setns");

    public void Dispose() => _descriptor.Dispose();

    /// <summary>Being inside.</summary>
    internal ref struct Visit
    {
        public readonly void Dispose() => GoBack();
    }

    static DescriptorHandle Open()
    {
        var opened = Linux.open(OwnPath, Linux.O_RDONLY | Linux.O_CLOEXEC);
        return opened >= 0 ? new(opened) : throw Errno.Last($"open({OwnPath})");
    }

    static void GoBack()
    {
        // In the wrong namespace, the next tunnel would be made in somebody else's network.
        if (Linux.setns(Machine._descriptor.Descriptor, Linux.CLONE_NEWNET) != 0)
            Environment.FailFast("cannot come back from a namespace");
    }
}
