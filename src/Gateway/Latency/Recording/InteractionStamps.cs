using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>Everything that is known about one interaction: the raw material of a sample.</summary>
/// <param name="Input">The input with its stamps up to the host's socket.</param>
/// <param name="Answer">The first picture that carries its effect, as the desktop worker published it.</param>
/// <param name="Frame">That picture as the input's front sent it to its client; null when it was not sent to anybody (a probe's).</param>
/// <param name="HostTransport">The way to the host at that time; null when not known.</param>
/// <param name="UserTransport">The way to the client at that time; null when not known.</param>
/// <param name="Guest">The input's stations inside of an emulated machine; null when the desktop is none, or they are not known.</param>
/// <param name="Hops">The ways to the hops at that time; those that cannot be asked are not in it.</param>
public readonly record struct InteractionStamps(
    DeliveredInput Input, DamageEntry Answer, SentFrame? Frame, TransportEstimate? HostTransport, TransportEstimate? UserTransport,
    ImmutableArray<HopReading> Hops = default, GuestTimes? Guest = null);
