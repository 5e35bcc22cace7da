namespace RemoteChain.Gateway.Machines;

/// <summary>What a machine's guest was refused.</summary>
/// <param name="To">Protocol and destination: <c>tcp 10.0.0.5:80</c>, <c>dns example.org</c>.</param>
/// <param name="Why">Which rule came nearest, or that there is none.</param>
/// <param name="Count">How often.</param>
public sealed record NetworkRefusal(string To, string Why, long Count);

/// <summary>A machine's network since the machine was started.</summary>
/// <param name="Connections">Connections that were made for the guest.</param>
/// <param name="Failed">Those that are allowed and did not come about.</param>
/// <param name="Refused">What was refused.</param>
/// <param name="Refusals">The same by destination: the first <see cref="RefusalsMax"/> of them.</param>
public sealed record NetworkSummary(long Connections, long Failed, long Refused, IReadOnlyList<NetworkRefusal> Refusals)
{
    /// <summary>Destinations that are remembered.</summary>
    public const int RefusalsMax = 64;
}
