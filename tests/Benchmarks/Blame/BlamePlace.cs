using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>Somewhere on a road where a fault can be put, and who is to be blamed for it.</summary>
/// <param name="Road">The road, see <see cref="BlameRoad"/>.</param>
/// <param name="Place">Layer and stage, as cells are named.</param>
/// <param name="Layer">First word of the layer's name in samples.</param>
/// <param name="Stages">The stage; several where nobody can tell them apart, and the right answer is the set.</param>
public sealed record BlamePlace(string Road, string Place, string Layer, params string[] Stages)
{
    /// <summary>The road without hops.</summary>
    public const string Direct = "direct";

    /// <summary>The road to an emulated machine, which nothing lies between.</summary>
    public const string Machine = "machine";

    /// <summary>The program in the machine.</summary>
    public const string MachineApplication = "machine/application";

    private static readonly string[] s_wayAndHost = ["transport", "host"];

    /// <summary>Every place of every road.</summary>
    public static IReadOnlyList<BlamePlace> All { get; } =
    [
        .. ((string[])["receive", "forward", "decode", "publish", "picture-queue", "encode"])
            .Select(stage => new BlamePlace(Direct, $"gateway/{stage}", "gateway", stage)),
        new(Direct, "network/transport", "rdp", "transport"), new(Direct, "host/application", "rdp", "host"), new(Direct, "user/transport", "user", "transport"),
        new("wireguard", "vpn/transport", "vpn", "transport"), new("wireguard", "site/transport", "rdp", "transport"),
        new("wireguard", "host/application", "rdp", "host"),
        new("ssh", "ssh/transport", "ssh", "transport"), new("ssh", "site/transport", "rdp", s_wayAndHost), new("ssh", "host/application", "rdp", s_wayAndHost),
        new("proxy", "proxy/transport", "proxy", "transport"), new("proxy", "host/application", "rdp", s_wayAndHost),
        new("relay", "relay/inside", "relay", "inside"), new("relay", "network/transport", "rdp", s_wayAndHost),
        new("relay", "host/application", "rdp", s_wayAndHost),
        .. ((string[])["receive", "forward", "publish", "picture-queue", "encode"]).Select(stage => new BlamePlace(Machine, $"gateway/{stage}", "gateway", stage)),
        new(Machine, "user/transport", "user", "transport"), new(Machine, MachineApplication, "machine", "draw"),
        new("nested", "vpn/transport", "vpn", "transport"), new("nested", "nested/application", "rdp", "host"), new("nested", "nested/transport", "rdp", "host"),
    ];

    /// <summary>The place of that name.</summary>
    public static BlamePlace Of(string road, string place) => All.First(known => known.Road == road && known.Place == place);

    /// <summary>Whether a part is of its layer.</summary>
    public bool IsLayer(Part part) => part.LayerName == Layer || part.LayerName.StartsWith(Layer + " ", StringComparison.Ordinal);

    /// <summary>Whether a part is its stage, or one of those that cannot be told apart from it.</summary>
    public bool Is(Part part) => IsLayer(part) && part.Stage is { } stage && Stages.Contains(stage.Name());
}
