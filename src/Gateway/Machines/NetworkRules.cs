using System.Net;
using System.Net.Sockets;
using RemoteChain.Gateway.Chains;

namespace RemoteChain.Gateway.Machines;

/// <summary>What the network of a machine reaches; without any, nothing.</summary>
/// <param name="Tcp">Where it may connect to.</param>
/// <param name="LooksUp">Whether it may look up every name; those that rules name it always may.</param>
public sealed record NetworkRules(IReadOnlyList<DestinationRule> Tcp, bool LooksUp)
{
    /// <summary>Rules of one machine.</summary>
    public const int RulesMax = 64;

    private const string TcpWord = "tcp ", LookUpWord = "dns";

    /// <summary>The keys of the document under <c>network:</c>.</summary>
    public static IReadOnlyList<LayerKey> Keys { get; } =
        [new("allow", "list of rules", "`tcp HOST:PORT` with a name, *.NAME, an address or a network, and `dns`.", "none")];

    /// <summary>Reads what stands under <c>network:</c>.</summary>
    internal static NetworkRules Read(LayerReader reader)
    {
        var tcp = new List<DestinationRule>();
        bool looksUp = false;
        reader.List("allow", RulesMax, text =>
        {
            if (text == LookUpWord)
            {
                looksUp = true;
                return null;
            }

            var (rule, wrong) = ReadTcp(text);
            if (rule is not null)
            {
                tcp.Add(rule);
            }

            return wrong;
        });
        return new NetworkRules(tcp, looksUp);
    }

    /// <summary>Whether some rule names this name.</summary>
    public bool NamesName(string name) => Tcp.Any(rule => rule.NamesName(name));

    /// <summary>The addresses of a destination that may be connected to; none with a sentence that says which rule came nearest.</summary>
    /// <param name="host">As the guest asked for it: a name, or an address.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="addresses">What the host's addresses are.</param>
    public (IReadOnlyList<IPAddress> Allowed, string Refusal) Decide(string host, int port, IReadOnlyList<IPAddress> addresses)
    {
        List<IPAddress> possible = [.. addresses.Select(DestinationRule.Plain).Where(address => IsSomewhere(address) && MayBe(address))];
        var (allowed, near) = DestinationRule.Decide(Tcp, host, port, possible);
        return (allowed, allowed.Count > 0 ? ""
            : near is not null ? $"the rule {TcpWord}{near.Text} names the host but not the port"
            : addresses.Count > 0 && possible.Count == 0 ? "it is an address of this node itself, or of no host"
            : Tcp.Count == 0 ? "no rule allows a connection" : $"none of {Tcp.Count} rules names it");
    }

    private static (DestinationRule? Rule, string? Wrong) ReadTcp(string text)
    {
        if (!text.StartsWith(TcpWord, StringComparison.Ordinal) || !DestinationRule.TryParse(text[TcpWord.Length..].Trim(), out var rule))
        {
            return (null, "a rule is `dns`, or `tcp` with a host and ports: `tcp 10.0.0.5:22`, `tcp *.example:80,443`, `tcp 10.0.0.0/24:8000-8010`");
        }

        if (rule!.Network is not { } network)
        {
            return (rule, null);
        }

        return network.BaseAddress.AddressFamily != AddressFamily.InterNetwork ? (null, "machines speak IPv4 only")
            : !IsSomewhere(network.BaseAddress) && network.PrefixLength > 0 ? (null, "no connection leads there: these addresses mean the guest itself, many hosts, or the network that machines find themselves in")
            : (rule, null);
    }

    /// <summary>Whether an address means the same host to the guest and to whoever connects for it. A guest that makes its packets by hand can ask for
    /// loopback, and a name can lead there: that would be this node.</summary>
    private static bool IsSomewhere(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? bytes[0] is not (0 or 127) and < 224 && !GuestNames.IsOurs(address)
            : !IPAddress.IsLoopback(address) && !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any);
    }

    /// <summary>Addresses of the link, where clouds answer questions about the machine, must be named themselves: a network around them, or a name, does not
    /// do.</summary>
    private bool MayBe(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? !address.IsIPv6LinkLocal
        : !(address.GetAddressBytes() is [169, 254, ..]) || Tcp.Any(rule => rule.Network is { PrefixLength: >= 16 } network && network.Contains(address));
}
