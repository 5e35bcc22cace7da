using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Cuts;

/// <summary>Every link of the lab's sites that can be cut, every tunnel that can be killed, every key that can change.</summary>
static class CutCases
{
    private const string WireGuard = "wireguard", OpenVpn = "openvpn", Ssh = "ssh", Socks = "socks", Http = "http";

    private static readonly (string Chain, string Host, string User)[] s_desktops =
        [(WireGuard, "west-desk", "w01"), (OpenVpn, "east-desk", "e01"), (Ssh, "west-desk", "w02"), (Socks, "west-desk", "w03"), (Http, "west-desk", "w04")];

    /// <summary>Makes the chains and the list of what is done to them, without those that this node does not take.</summary>
    public static async Task<(IReadOnlyList<CutCase> Cases, List<string> Skipped)> PrepareAsync(NodeProcess node, SiteLayers sites)
    {
        (string Chain, string[] Layers)[] chains =
        [
            (WireGuard, [SiteLayers.WireGuard(), sites.WestDesk("w01")]), (OpenVpn, [SiteLayers.OpenVpn(), sites.EastDesk("e01")]),
            (Ssh, [sites.Ssh(), sites.WestDesk("w02")]), (Socks, [sites.Socks(), sites.WestDesk("w03")]), (Http, [sites.Http(), sites.WestDesk("w04")]),
        ];
        var skipped = new List<string>();
        var refused = new HashSet<string>();
        foreach (var (chain, layers) in chains)
        {
            try
            {
                await node.SaveChainAsync(chain, layers);
            }
            catch (InvalidOperationException why)
            {
                skipped.Add($"{chain}: {why.Message}");
                refused.Add(chain);
            }
        }

        string west = sites.Lab.Sites["west"].Address, desk = sites.Lab.Sites["west"].Desktop.Address;
        string wireGuard = "vpn wireguard-1", openVpn = "vpn openvpn-udp", ssh = $"ssh {west}", socks = $"proxy {west}";
        string http = $"proxy {west}:{sites.Lab.Sites["west"].HttpPort}";
        CutCase[] all =
        [
            Cable(sites, "WireGuard, site's cable cut", WireGuard, wireGuard, "west"),
            Cable(sites, "WireGuard, desktop's cable cut", WireGuard, $"rdp {desk}", "west-desk"),
            Killed(node, "WireGuard, tunnel killed", WireGuard, wireGuard, "wireguard-go"),
            Power(sites, "WireGuard, router without power", WireGuard, wireGuard, "west"),
            Key(sites, "WireGuard, server's key changed", WireGuard, wireGuard, "west", "wireguard"),
            Cable(sites, "OpenVPN, site's cable cut", OpenVpn, openVpn, "east"),
            Killed(node, "OpenVPN, tunnel killed", OpenVpn, openVpn, "openvpn"),
            Power(sites, "OpenVPN, router without power", OpenVpn, openVpn, "east"),
            // Another authority than the profile's: only a person can say whether that is right.
            Key(sites, "OpenVPN, server's key changed", OpenVpn, openVpn, "east", "openvpn") with { NeedsPerson = true },
            Cable(sites, "ssh, site's cable cut", Ssh, ssh, "west"),
            Killed(node, "ssh, client killed", Ssh, ssh, "ssh"),
            SshKey(node, sites, "ssh, host key changed", Ssh, ssh),
            Cable(sites, "SOCKS5, site's cable cut", Socks, socks, "west"),
            Power(sites, "SOCKS5, router without power", Socks, socks, "west"),
            Cable(sites, "HTTP, site's cable cut", Http, http, "west"),
        ];
        return ([.. all.Where(one => !refused.Contains(one.Chain))], skipped);
    }

    /// <summary>Keeps the desktop of a chain busy. A program that runs there already goes on.</summary>
    public static async Task LoadAsync(SiteLayers sites, string chain)
    {
        var (_, host, user) = s_desktops.Single(one => one.Chain == chain);
        await sites.HasSessionAsync(host, user);
        await sites.Lab.CommandAsync("run", host, user, "sh", "-c", "pgrep -u $USER -f '[t]itle scroll' > /dev/null || exec scroll");
    }

    private static CutCase Cable(SiteLayers sites, string name, string chain, string layer, string cable) => new(
        name, chain, layer, () => sites.Lab.CommandAsync("cut", cable), () => sites.Lab.CommandAsync("mend", cable));

    private static CutCase Power(SiteLayers sites, string name, string chain, string layer, string site) => new(
        name, chain, layer, () => sites.Lab.CommandAsync("stop", site), () => sites.Lab.CommandAsync("start", site));

    private static CutCase Key(SiteLayers sites, string name, string chain, string layer, string site, string kind) => new(
        name, chain, layer, () => sites.Lab.CommandAsync("new-key", site, kind), () => sites.Lab.CommandAsync("old-key", site, kind));

    /// <summary>Of the node's own processes only: others on the machine have the same names.</summary>
    private static CutCase Killed(NodeProcess node, string name, string chain, string layer, string program) => new(
        name, chain, layer, () => KillAsync(node, program), () => Task.CompletedTask);

    /// <summary>A running connection does not care for its server's new key; the next one does.</summary>
    private static CutCase SshKey(NodeProcess node, SiteLayers sites, string name, string chain, string layer) => new(name, chain, layer, async () =>
    {
        await sites.Lab.CommandAsync("new-key", "west", "ssh");
        await KillAsync(node, "ssh");
    }, () => sites.Lab.CommandAsync("old-key", "west", "ssh")) { NeedsPerson = true };

    private static async Task KillAsync(NodeProcess node, string program)
    {
        var found = ProcessTree.Descendants(node.ProcessId, program);
        if (found.Count == 0) throw new InvalidOperationException($"the node runs no {program}");
        await Shell.RunAsync("kill", ["-KILL", .. found.Select(process => $"{process}")]);
    }
}
