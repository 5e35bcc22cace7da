using System.Net;

namespace RemoteChain.Surface.Control;

/// <summary>Machine process → node: the guest wants a connection. Answered by <see cref="NetworkDialed"/>.</summary>
/// <param name="Request">A number that this machine has not used before.</param>
/// <param name="To">Where to, as the guest knows it: an address of IPv4.</param>
public sealed record NetworkDial(int Request, IPEndPoint To) : ControlMessage
{
    /// <summary>Most that wait for an answer.</summary>
    public const int WaitingMax = 64;
}

/// <summary>Machine process → node: the guest wants the IPv4 addresses of a name. Answered by <see cref="NetworkNames"/>.</summary>
/// <param name="Request">A number that this machine has not used before.</param>
/// <param name="Name">At most <see cref="NameBytesMax"/> bytes.</param>
public sealed record NetworkLookUp(int Request, string Name) : ControlMessage
{
    /// <summary>Longest name, and most that wait for an answer.</summary>
    public const int NameBytesMax = 253, WaitingMax = 32;
}

/// <summary>Machine process → node: the guest has sent what no rule can allow, and was refused.</summary>
/// <param name="Protocol">The protocol's number in IPv4.</param>
/// <param name="To">Where to; port 0 where the protocol has none.</param>
public sealed record NetworkDenied(byte Protocol, IPEndPoint To) : ControlMessage;

/// <summary>Node → machine process: the connection.</summary>
/// <param name="Request">Of the question.</param>
/// <param name="Socket">It, connected; null when there is none, whatever the reason.</param>
public sealed record NetworkDialed(int Request, DescriptorHandle? Socket) : ControlMessage
{
    /// <inheritdoc/>
    protected internal override DescriptorHandle?[] Descriptors => [Socket];
}

/// <summary>Node → machine process: what is known of a name.</summary>
/// <param name="Request">Of the question.</param>
/// <param name="Outcome">The response code of DNS (RFC 1035, section 4.1.1).</param>
/// <param name="Addresses">At most <see cref="AddressesMax"/>.</param>
public sealed record NetworkNames(int Request, byte Outcome, IReadOnlyList<IPAddress> Addresses) : ControlMessage
{
    /// <summary>Most addresses, and the greatest response code.</summary>
    public const int AddressesMax = 8, OutcomeMax = 5;

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(NetworkNames)} {Request}: {Outcome} {string.Join(' ', Addresses)}";
}
