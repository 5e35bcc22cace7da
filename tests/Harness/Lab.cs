using System.Globalization;
using System.Text.Json;

namespace RemoteChain.Harness;

/// <summary>The running lab (docs/lab.md): real hosts, and the credentials of the users on them.</summary>
public sealed class Lab
{
    /// <summary>Names the lab's description; <c>./remotechain test</c> and <c>bench</c> set it.</summary>
    public const string Variable = "REMOTECHAIN_LAB";

    private readonly Dictionary<(string Host, string User), string> _passwords;

    private Lab(string file, string name, Dictionary<string, LabHost> hosts, Dictionary<(string, string), string> passwords)
    {
        File = file;
        Name = name;
        Hosts = hosts;
        _passwords = passwords;
    }

    /// <summary>What <c>--name</c> of the lab's commands says.</summary>
    public string Name { get; }

    /// <summary>Its description.</summary>
    public string File { get; }

    /// <summary>The machine's address on the cable to where users sit.</summary>
    public required string SeatGateway { get; init; }

    /// <summary>By name: <c>west</c>, <c>east</c>; empty when the lab was started without sites.</summary>
    public required IReadOnlyDictionary<string, LabSite> Sites { get; init; }

    /// <summary>The process that holds the network where users sit.</summary>
    public int SeatProcess => int.Parse(System.IO.File.ReadAllText(Path.Combine(Path.GetDirectoryName(File)!, "seat", "pid")), CultureInfo.InvariantCulture);

    /// <summary>By name: <c>desk-1</c>, <c>desk-2</c>, <c>shadow-1</c>, …</summary>
    public IReadOnlyDictionary<string, LabHost> Hosts { get; }

    /// <summary>Why tests that need hosts cannot run here; null when they can.</summary>
    public static string? Missing => System.IO.File.Exists(Environment.GetEnvironmentVariable(Variable) ?? "")
        ? null
        : $"no lab: {Variable} does not name a running one (./remotechain test starts it, as root)";

    /// <summary>Reads the lab that the environment names.</summary>
    public static Lab Open()
    {
        string path = Environment.GetEnvironmentVariable(Variable)
            ?? throw new InvalidOperationException($"{Variable} is not set: start a lab with ./remotechain lab up and name its lab.json");
        using var lab = JsonDocument.Parse(System.IO.File.ReadAllText(path));
        using var credentials = JsonDocument.Parse(System.IO.File.ReadAllText(lab.RootElement.GetProperty("credentials").GetString()!));
        return new Lab(
            path,
            lab.RootElement.GetProperty("name").GetString()!,
            lab.RootElement.GetProperty("hosts").EnumerateArray().Select(ReadHost).ToDictionary(host => host.Name),
            credentials.RootElement.EnumerateArray().ToDictionary(
                entry => (entry.GetProperty("host").GetString()!, entry.GetProperty("user").GetString()!),
                entry => entry.GetProperty("password").GetString()!))
        {
            Sites = lab.RootElement.TryGetProperty("sites", out var sites) ? sites.EnumerateArray().Select(ReadSite).ToDictionary(site => site.Name) : [],
            SeatGateway = lab.RootElement.GetProperty("seat").GetProperty("gateway").GetString()!,
        };
    }

    /// <summary>Why tests that need sites cannot run here; null when they can.</summary>
    public static string? SitesMissing => Missing ?? (Open().Sites.Count > 0 ? null : "the lab has no sites (./remotechain lab up --sites)");

    /// <summary>The process that holds the namespaces of a host, a site's router or a desktop of a site.</summary>
    public int ProcessOf(string host) =>
        int.Parse(System.IO.File.ReadAllText(Path.Combine(Path.GetDirectoryName(File)!, "hosts", host, "pid")), CultureInfo.InvariantCulture);

    /// <summary>The password of a user on a host or at a site.</summary>
    public string Password(string host, string user) => _passwords[(host, user)];

    /// <summary>Runs one of the lab's commands: <c>run desk-1 alice clock</c>, <c>stop desk-2</c>.</summary>
    public Task CommandAsync(string verb, params string[] arguments) =>
        Shell.RunAsync(Path.Combine(Repository.Root, "remotechain"), ["lab", verb, "--name", Name, .. arguments]);

    private static LabSite ReadSite(JsonElement site)
    {
        var ssh = site.GetProperty("ssh");
        return new LabSite(
            site.GetProperty("name").GetString()!, site.GetProperty("address").GetString()!, site.GetProperty("gateway").GetString()!,
            site.GetProperty("router").GetString()!,
            site.GetProperty("profiles").EnumerateArray().ToDictionary(
                profile => profile.GetProperty("name").GetString()!, profile => profile.GetProperty("file").GetString()!),
            new LabSsh(
                ssh.GetProperty("port").GetInt32(), ssh.GetProperty("hostKey").GetString()!, ssh.GetProperty("fingerprint").GetString()!,
                ssh.GetProperty("keyUser").GetString()!, ssh.GetProperty("keyFile").GetString()!, ssh.GetProperty("passwordUser").GetString()!),
            site.GetProperty("socks").GetProperty("port").GetInt32(), site.GetProperty("http").GetProperty("port").GetInt32(),
            site.GetProperty("http").GetProperty("user").GetString()!,
            ReadHost(site.GetProperty("desktops")[0]));
    }

    private static LabHost ReadHost(JsonElement host) => new(
        host.GetProperty("name").GetString()!, host.GetProperty("kind").GetString()!,
        host.GetProperty("address").GetString()!, host.GetProperty("port").GetInt32(),
        [.. host.GetProperty("users").EnumerateArray().Select(user => user.GetString()!)]);
}

/// <summary>One host of the lab.</summary>
/// <param name="Name">Its name in the lab.</param>
/// <param name="Kind"><c>xrdp</c> or <c>shadow</c>.</param>
/// <param name="Address">Address in its own network, reachable from the machine.</param>
/// <param name="Port">RDP port.</param>
/// <param name="Users">Accounts on it.</param>
public sealed record LabHost(string Name, string Kind, string Address, int Port, IReadOnlyList<string> Users);

/// <summary>A site of the lab: a router that the machine reaches, and a desktop behind it that the machine does not.</summary>
/// <param name="Name"><c>west</c> or <c>east</c>.</param>
/// <param name="Address">The router's address on its cable to the machine.</param>
/// <param name="Gateway">The machine's address on that cable.</param>
/// <param name="Router">The router's address in the site's LAN.</param>
/// <param name="Profiles">Files of VPN profiles by name: <c>wireguard-1</c>, <c>openvpn-udp</c>, …</param>
/// <param name="Ssh">How to get in by ssh.</param>
/// <param name="SocksPort">The router's SOCKS5 proxy.</param>
/// <param name="HttpPort">The router's HTTP proxy.</param>
/// <param name="ProxyUser">The user of both; the password is <see cref="Lab.Password"/> of the site and this name.</param>
/// <param name="Desktop">The desktop behind the router.</param>
public sealed record LabSite(
    string Name, string Address, string Gateway, string Router, IReadOnlyDictionary<string, string> Profiles, LabSsh Ssh, int SocksPort, int HttpPort,
    string ProxyUser, LabHost Desktop);

/// <summary>The ssh server of a site's router, which only forwards.</summary>
/// <param name="Port">Its TCP port.</param>
/// <param name="HostKey">Its public key when the lab was read, as known_hosts has it.</param>
/// <param name="Fingerprint">That key's <c>SHA256:</c> fingerprint.</param>
/// <param name="KeyUser">A user who comes in by key only.</param>
/// <param name="KeyFile">That user's private key.</param>
/// <param name="PasswordUser">A user with a password, see <see cref="Lab.Password"/>.</param>
public sealed record LabSsh(int Port, string HostKey, string Fingerprint, string KeyUser, string KeyFile, string PasswordUser);
