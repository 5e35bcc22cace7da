using System.Net.Http.Json;

namespace RemoteChain.Harness;

/// <summary>
/// The lab's sites as layers of a chain, and as secrets of a node: one place that knows how the ways into a site are written in a chain.
/// </summary>
public sealed class SiteLayers(Lab lab)
{
    /// <summary>The lab.</summary>
    public Lab Lab => lab;

    private LabSite West => lab.Sites["west"];

    private LabSite East => lab.Sites["east"];

    /// <summary>Gives a node every secret that the layers here name: profiles, keys, passwords of the ways in and of all desktops.</summary>
    public async Task SaveSecretsAsync(NodeProcess node)
    {
        foreach (var site in lab.Sites.Values)
        {
            foreach (var (name, file) in site.Profiles)
            {
                await SaveFileAsync(node, name, name.StartsWith("wireguard", StringComparison.Ordinal) ? "wireguard" : "openvpn", file);
            }

            await SaveFileAsync(node, $"{site.Name}-key", "ssh-key", site.Ssh.KeyFile, site.Ssh.KeyUser);
            await SaveLoginAsync(node, $"{site.Name}-ssh", site.Ssh.PasswordUser, lab.Password(site.Name, site.Ssh.PasswordUser));
            await SaveLoginAsync(node, $"{site.Name}-proxy", site.ProxyUser, lab.Password(site.Name, site.ProxyUser));
            foreach (string user in site.Desktop.Users)
            {
                await SaveLoginAsync(node, $"{site.Desktop.Name}-{user}", user, lab.Password(site.Desktop.Name, user));
            }
        }
    }

    /// <summary>A secret with a user and a password.</summary>
    public static Task SaveLoginAsync(NodeProcess node, string name, string user, string password) =>
        node.SendAsync(HttpMethod.Put, $"secrets/{name}", JsonContent.Create(new { user, password }));

    /// <summary>A secret that is a file.</summary>
    public static Task SaveFileAsync(NodeProcess node, string name, string kind, string file, string user = "") =>
        node.SendAsync(HttpMethod.Put, $"secrets/{name}", JsonContent.Create(new { kind, user, text = System.IO.File.ReadAllText(file) }));

    /// <summary>West's tunnel; one of four profiles, each for one use at a time.</summary>
    public static string WireGuard(int number = 1) => $"kind: vpn\nprofile: wireguard-{number}";

    /// <summary>East's tunnel.</summary>
    public static string OpenVpn(string protocol = "udp") => $"kind: vpn\nprofile: openvpn-{protocol}";

    /// <summary>West's SOCKS5 proxy.</summary>
    public string Socks() => $"kind: proxy\ntype: socks5\nhost: {West.Address}\nport: {West.SocksPort}\ncredentials: west-proxy";

    /// <summary>West's HTTP proxy.</summary>
    public string Http() => $"kind: proxy\ntype: http\nhost: {West.Address}\nport: {West.HttpPort}\ncredentials: west-proxy";

    /// <summary>West's ssh server, by key; <paramref name="host"/> where the hop before cannot reach the outer address.</summary>
    public string Ssh(string? host = null) =>
        $"kind: ssh\nhost: {host ?? West.Address}\nport: {West.Ssh.Port}\ncredentials: west-key";

    /// <summary>The same by password.</summary>
    public string SshByPassword() => $"kind: ssh\nhost: {West.Address}\nport: {West.Ssh.Port}\ncredentials: west-ssh";

    /// <summary>The desktop at west.</summary>
    public string WestDesk(string user, string? host = null) => Desktop("rdp", West, user, host);

    /// <summary>The desktop at east, for who is inside its network.</summary>
    public string EastDesk(string user, string? host = null) => Desktop("rdp", East, user, host);

    /// <summary>The desktop at east, opened in the desktop at west, which has a tunnel there.</summary>
    public string NestedEastDesk(string user) => Desktop("nested", East, user, null);

    /// <summary>Whether a user gets a desktop session on a host: proof that the sign-in went there and nowhere else.</summary>
    public async Task<bool> HasSessionAsync(string host, string user)
    {
        string file = $"/proc/{lab.ProcessOf(host)}/root/home/{user}/.lab-session";
        for (int i = 0; i < 100 && !File.Exists(file); i++)
        {
            await Task.Delay(50);
        }

        return File.Exists(file);
    }

    private static string Desktop(string kind, LabSite site, string user, string? host) =>
        $"kind: {kind}\nhost: {host ?? site.Desktop.Address}\nport: {site.Desktop.Port}\ncredentials: {site.Desktop.Name}-{user}";
}
