using System.Net;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>Which destinations this relay connects to, and for whom. Nothing is allowed that no rule names.</summary>
public static class RelayPolicy
{
    /// <summary>
    /// The addresses of a destination that some rule allows; none with a sentence that says which rule came nearest. The caller must connect to
    /// one of these addresses and not ask for the name again, because it could have another address then.
    /// </summary>
    public static (IReadOnlyList<IPAddress> Allowed, string Refusal) Decide(
        IReadOnlyList<RelayRuleRow> rules, string peer, HostEndpoint target, IReadOnlyList<IPAddress> addresses)
    {
        var forPeer = rules.Where(row => row.Peer is null || row.Peer == peer)
            .Select(row => DestinationRule.TryParse(row.Rule, out var rule) ? rule! : throw new InvalidDataException($"'{row.Rule}' is no rule")).ToList();
        var (allowed, near) = DestinationRule.Decide(forPeer, target.Host, target.Port, addresses);
        if (allowed.Count > 0)
        {
            return (allowed, "");
        }

        return ([], near is not null ? $"its rule {near.Text} names the host of {target} but not the port"
            : forPeer.Count == 0 ? $"it has no rule that allows {peer} anything, so not {target} either"
            : $"none of its {forPeer.Count} rules for {peer} names {target}");
    }
}
