using System.Net;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>
/// A WireGuard profile as <c>wg-quick(8)</c> reads it. Holds keys: a class with its own <see cref="ToString"/>, so that nothing prints them
/// by accident.
/// </summary>
public sealed class WireGuardProfile
{
    /// <summary>What a tunnel's device carries when the profile does not say: 1500 less the largest overhead, as <c>wg-quick</c> has it.</summary>
    public const int MtuDefault = 1420;

    /// <summary>The interface's private key in base64.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>The interface's own addresses; at least one.</summary>
    public required IReadOnlyList<ProfileNetwork> Addresses { get; init; }

    /// <summary>Resolvers to ask inside the tunnel.</summary>
    public required IReadOnlyList<IPAddress> Dns { get; init; }

    /// <summary>Domains to complete short names with.</summary>
    public required IReadOnlyList<string> SearchDomains { get; init; }

    /// <summary>Largest packet inside the tunnel in bytes; null when the profile does not say.</summary>
    public required int? Mtu { get; init; }

    /// <summary>UDP port that packets leave from; null to take any.</summary>
    public required int? ListenPort { get; init; }

    /// <summary>Who is at the other end; at least one, and at least one of them with an endpoint.</summary>
    public required IReadOnlyList<WireGuardPeer> Peers { get; init; }

    /// <summary>Reads a file. Never throws for anything the text contains.</summary>
    public static ProfileReading<WireGuardProfile> Parse(string text) => new WireGuardReader().Read(text);

    /// <inheritdoc/>
    public override string ToString() => $"a WireGuard profile with {Peers.Count} peers";
}

/// <summary>One peer of a <see cref="WireGuardProfile"/>.</summary>
public sealed class WireGuardPeer
{
    /// <summary>The peer's public key in base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>A key that both know, in base64; null for none.</summary>
    public required string? PresharedKey { get; init; }

    /// <summary>Name or address to send to; null when the peer must speak first.</summary>
    public required string? EndpointHost { get; init; }

    /// <summary>UDP port to send to; 0 without an endpoint.</summary>
    public required int EndpointPort { get; init; }

    /// <summary>What is sent to this peer, and what it may send: also the tunnel's routes.</summary>
    public required IReadOnlyList<ProfileNetwork> AllowedIps { get; init; }

    /// <summary>Seconds between packets that keep a NAT's mapping alive; 0 sends none.</summary>
    public required int KeepaliveSeconds { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "a WireGuard peer";
}
