using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>A way to a program on a host: the chain's layers, and what is told to <c>remotechain inject</c> for each place on it.</summary>
/// <param name="Name">As cells name it.</param>
/// <param name="Host">Where the program runs; null in a machine, which has it from its start.</param>
/// <param name="User">In whose session.</param>
/// <param name="Layers">The chain's, as a document has them.</param>
/// <param name="StartsProgram">Whether the chain starts the program itself.</param>
/// <param name="Cables">The lab's name of the cable that is lengthened, by place.</param>
public sealed record BlameRoad(
    string Name, LabHost? Host, string User, IReadOnlyList<string> Layers, bool StartsProgram, IReadOnlyDictionary<string, string> Cables)
{
    /// <summary>Straight to a host of the lab.</summary>
    public static BlameRoad Direct(LabHost host) => new(
        BlamePlace.Direct, host, host.Users[0], [Desktop(host)], false, new Dictionary<string, string> { ["network/transport"] = host.Name });

    /// <summary>To the small desktop in an emulated machine, that the session brings along.</summary>
    public static BlameRoad ToMachine() => new(BlamePlace.Machine, null, "", ["kind: machine\ntemplate: echo"], false, new Dictionary<string, string>());

    /// <summary>For people, and in names of chains.</summary>
    public string Far => Host?.Name ?? "echo";

    /// <summary>Over a node that relays, straight to a host of the lab.</summary>
    public static BlameRoad Relayed(LabHost host, string user, NodeProcess relay) => new(
        "relay", host, user, [$"kind: relay\nnode: {RelayName}", $"kind: rdp\nhost: {host.Address}\nport: {host.Port}\ncredentials: {host.Name}-{user}"], false,
        new Dictionary<string, string> { ["network/transport"] = host.Name }) { Relay = relay };

    /// <summary>What the relay is called in chains.</summary>
    public const string RelayName = "far";

    /// <summary>The node on the way; null when there is none.</summary>
    public NodeProcess? Relay { get; init; }

    /// <summary>Those through the lab's sites; all of them share cables, so they are taken one at a time.</summary>
    public static IReadOnlyList<BlameRoad> OfSites(SiteLayers sites)
    {
        var (west, east) = (sites.Lab.Sites["west"].Desktop, sites.Lab.Sites["east"].Desktop);
        string tunnel = SiteLayers.WireGuard();
        return
        [
            new("wireguard", west, "ann", [tunnel, sites.WestDesk("ann")], false,
                new Dictionary<string, string> { ["vpn/transport"] = "west", ["site/transport"] = west.Name }),
            new("ssh", west, "w01", [sites.Ssh(), sites.WestDesk("w01")], false,
                new Dictionary<string, string> { ["ssh/transport"] = "west", ["site/transport"] = west.Name }),
            new("proxy", west, "w03", [sites.Socks(), sites.WestDesk("w03")], false, new Dictionary<string, string> { ["proxy/transport"] = "west" }),
            new("nested", east, "e01", [tunnel, sites.WestDesk("w02"), sites.NestedEastDesk("e01"), "kind: runtime\ncommand: /run/lab/programs/slow"], true,
                new Dictionary<string, string> { ["vpn/transport"] = "west", ["nested/transport"] = "backbone" }),
        ];
    }

    /// <summary>What comes behind <c>remotechain inject</c> for a fault that the node does not put in itself.</summary>
    public IEnumerable<string> Words(string place, RunKind kind, int frontPort) => place switch
    {
        "relay/inside" => [place],
        "user/transport" => [place, "--port", $"{frontPort}"],
        "host/application" or "nested/application" => ["host/application", "--on", Host!.Name, "--user", User],
        _ when kind == RunKind.ProbePath => ["network/transport", "--on", Cables[place], "--probes-only"],
        _ => ["network/transport", "--on", Cables[place]],
    };

    private static string Desktop(LabHost host) => $"kind: rdp\nhost: {host.Address}\nport: {host.Port}\ncredentials: {host.Name}-{host.Users[0]}";
}
