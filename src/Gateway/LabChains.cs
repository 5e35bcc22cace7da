using System.Text.Json;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway;

/// <summary>
/// Makes a chain and a secret for every host of a running lab, so that the main job can be tried on a machine that knows no RDP host.
/// The lab's passwords are its own, made for this machine.
/// </summary>
sealed class LabChains(ChainAuthoring authoring, ChainStore chains, SecretVault vault, PinStore pins)
{
    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    sealed record Lab(string Credentials, Host[] Hosts, Site[]? Sites);

    sealed record Host(string Name, string Kind, string Address, int Port);

    sealed record Site(string Name, string Address, Profile[] Profiles, Proxy Socks, Host[] Desktops);

    sealed record Profile(string Name, string Kind, string File);

    sealed record Proxy(int Port, string User);

    sealed record Login(string Host, string User, string Password);

    /// <summary>Saves what the lab's description says; chains that are there already and say the same stay. Returns the first one's
    /// name.</summary>
    /// <exception cref="NodeStartException">The file cannot be read or does not describe a lab.</exception>
    public string? Add(string labFile)
    {
        try
        {
            var lab = JsonSerializer.Deserialize<Lab>(File.ReadAllText(labFile), s_json)!;
            var logins = JsonSerializer.Deserialize<Login[]>(File.ReadAllText(lab.Credentials), s_json)!;
            foreach (var host in lab.Hosts) Add(host, logins.FirstOrDefault(login => login.Host == host.Name));
            foreach (var site in lab.Sites ?? []) Add(site, logins);
            return lab.Hosts.Length > 0 ? lab.Hosts[0].Name : null;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or JsonException or ArgumentNullException)
        {
            throw new NodeStartException($"The lab's description {labFile} cannot be used: {broken.Message}", broken);
        }
    }

    void Add(Host host, Login? login)
    {
        var secret = $"lab-{host.Name}";
        if (login is not null) SaveLogin(secret, login);
        Save(host.Name, $"lab host ({host.Kind})", Desktop(host, login is null ? null : secret));
    }

    /// <summary>A desktop of a site is reached by the site's first tunnel, and through its proxy.</summary>
    void Add(Site site, Login[] logins)
    {
        var (proxy, host) = ($"lab-{site.Name}-proxy", site.Desktops[0]);
        SaveLogin(proxy, logins.First(login => login.Host == site.Name && login.User == site.Socks.User));
        SaveLogin($"lab-{host.Name}", logins.First(login => login.Host == host.Name));
        foreach (var profile in site.Profiles)
        {
            if (!SecretKindName.TryParse(profile.Kind, out var kind)) throw new JsonException($"a profile of the kind '{profile.Kind}'");
            vault.Save(new Secret($"lab-{profile.Name}", "", "", "", kind, File.ReadAllText(profile.File)), Operator.Account);
        }

        var desktop = Desktop(host, $"lab-{host.Name}");
        Save(host.Name, $"lab desktop behind a tunnel of {site.Name}", $"  - kind: vpn\n    profile: lab-{site.Profiles[0].Name}\n{desktop}");
        Save($"{host.Name}-by-proxy", $"lab desktop behind the SOCKS5 proxy of {site.Name}",
            $"  - kind: proxy\n    host: {site.Address}\n    port: {site.Socks.Port}\n    credentials: {proxy}\n{desktop}");
    }

    static string Desktop(Host host, string? secret) =>
        $"  - kind: rdp\n    host: {host.Address}\n    port: {host.Port}\n" + (secret is null ? "" : $"    credentials: {secret}\n");

    void SaveLogin(string secret, Login login) => vault.Save(new Secret(secret, login.User, "", login.Password), Operator.Account);

    void Save(string name, string description, string layers)
    {
        var document = $"name: {name}\ndescription: {description}\nlayers:\n{layers}";
        // A lab makes its hosts, and their certificates, anew.
        pins.Forget(name, null);
        if (chains.Find(name)?.Text == document) return;
        var saving = authoring.Save(Operator.Account, name, document, "");
        if (!saving.Saved)
            throw new NodeStartException($"What the lab has at {name} does not make a chain: {string.Join("; ", saving.Errors)}{saving.Refusal}");
    }
}
