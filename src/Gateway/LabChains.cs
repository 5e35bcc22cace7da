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

    sealed record Lab(string Credentials, Host[] Hosts);

    sealed record Host(string Name, string Kind, string Address, int Port);

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
        if (login is not null) vault.Save(new Secret(secret, login.User, "", login.Password), Operator.Account);
        var document = $"""
            name: {host.Name}
            description: lab host ({host.Kind})
            layers:
              - kind: rdp
                host: {host.Address}
                port: {host.Port}
            """ + (login is null ? "\n" : $"\n    credentials: {secret}\n");
        // A lab makes its hosts, and their certificates, anew.
        pins.Forget(host.Name, null);
        if (chains.Find(host.Name)?.Text == document) return;
        var saving = authoring.Save(Operator.Account, host.Name, document, "");
        if (!saving.Saved)
            throw new NodeStartException(
                $"The lab host {host.Name} does not make a chain: {string.Join("; ", saving.Errors)}{saving.Refusal}");
    }
}
