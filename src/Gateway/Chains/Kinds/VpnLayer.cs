using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>Which program makes a tunnel.</summary>
public enum VpnType
{
    /// <summary>As the profile is.</summary>
    Auto,

    /// <summary>WireGuard: UDP only.</summary>
    WireGuard,

    /// <summary>OpenVPN: UDP or TCP.</summary>
    OpenVpn,
}

/// <summary>A tunnel with a network namespace of its own: the next layer is reached from inside of it, and from nowhere else.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Profile">Name of the secret with the profile.</param>
/// <param name="Type">What the profile must be.</param>
/// <param name="Timeout">How long the tunnel may take until packets get through.</param>
public sealed record VpnLayer(int Number, string Profile, VpnType Type, TimeSpan Timeout) : HopLayer(Number)
{
    /// <summary>How long a tunnel may take when nothing is written.</summary>
    public static readonly TimeSpan TimeoutDefault = TimeSpan.FromSeconds(20);

    static readonly SecretKind[] s_any = [SecretKind.WireGuard, SecretKind.OpenVpn];

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new(
        "vpn", "A tunnel (WireGuard or OpenVPN) in a network of its own: two of them may lead to the same addresses.",
    [
        new("profile", "name of a secret", "The tunnel's profile: `remotechain secret import NAME FILE`.", null),
        new("type", "wireguard | openvpn | auto", "What the profile must be; auto takes it as it is.", "auto"),
        new("timeout", "a duration from 1s to 2m", "How long the tunnel may take until packets get through.", "20s"),
    ],
    reader =>
    {
        var type = reader.Choice("type", VpnType.Auto);
        return new VpnLayer(
            reader.Number,
            Profile: reader.RequiredSecretName("profile", type switch
            {
                VpnType.WireGuard => SecretKind.WireGuard.Alone(),
                VpnType.OpenVpn => SecretKind.OpenVpn.Alone(),
                _ => s_any,
            }),
            Type: type,
            Timeout: reader.Duration("timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2), TimeoutDefault));
    });

    /// <inheritdoc/>
    public override string Kind => "vpn";

    /// <inheritdoc/>
    public override string Summary => Profile;

    /// <summary>
    /// The layer in front of this one through which only connections get, so that a tunnel that sends packets cannot begin there; null when
    /// packets get there.
    /// </summary>
    /// <param name="before">The layers before this one.</param>
    public static HopLayer? CarrierOfConnections(IEnumerable<Layer> before) =>
        before.OfType<HopLayer>().LastOrDefault(layer => layer is not DirectLayer) is { } last and not VpnLayer ? last : null;

    /// <summary>Why a tunnel that sends packets cannot begin behind <paramref name="carrier"/>, as the end of a sentence.</summary>
    public static string WhyNotBehind(HopLayer carrier) =>
        $"sends packets, but {carrier.Label} before it carries only connections; put the tunnel first";
}
