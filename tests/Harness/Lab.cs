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
            SeatGateway = lab.RootElement.GetProperty("seat").GetProperty("gateway").GetString()!,
        };
    }

    /// <summary>The password of a user on a host.</summary>
    public string Password(string host, string user) => _passwords[(host, user)];

    /// <summary>Runs one of the lab's commands: <c>run desk-1 alice clock</c>, <c>stop desk-2</c>.</summary>
    public Task CommandAsync(string verb, params string[] arguments) =>
        Shell.RunAsync(Path.Combine(Repository.Root, "remotechain"), ["lab", verb, "--name", Name, .. arguments]);

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
