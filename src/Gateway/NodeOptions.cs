using System.Net;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Hops.Tunnels;
using RemoteChain.Gateway.Latency.Keeping;

namespace RemoteChain.Gateway;

/// <summary>What a node is told when it starts.</summary>
/// <param name="DataPath">The data directory; null for the XDG one.</param>
/// <param name="Http">Where the API listens. Port 0 takes a free one.</param>
/// <param name="Rdp">Where the RDP front door listens. Port 0 takes a free one.</param>
/// <param name="RdpPortsToTry">How many ports from that one on may be tried when it is in use.</param>
/// <param name="UnsafeNoSandbox">Run workers without a sandbox where none can be had.</param>
/// <param name="LabFile">Description of a running lab whose hosts become chains; null for none.</param>
/// <param name="LabFaults">Obey orders to slow parts of the node down, for tests of the blame. Never on a node that people work with.</param>
public sealed record NodeOptions(string? DataPath, IPEndPoint Http, IPEndPoint Rdp, int RdpPortsToTry = 1, bool UnsafeNoSandbox = false,
    string? LabFile = null, bool LabFaults = false)
{
    /// <summary>Where other nodes come in that use this one as a relay, or that wait here; null for nowhere.</summary>
    public IPEndPoint? Relay { get; init; }

    /// <summary>Whether this node only relays: no RDP port, no workers, no sessions.</summary>
    public bool IsRelayOnly { get; init; }

    /// <summary>Whether this node has pages for browsers.</summary>
    public bool HasPortal { get; init; }

    /// <summary>How much latency is kept.</summary>
    public LatencyRetention Latency { get; init; } = LatencyRetention.Default;

    /// <summary>Who may read <c>/metrics</c>.</summary>
    public MetricsReaders Metrics { get; init; } = MetricsReaders.Local;

    /// <summary>Proxies that are believed when they say where a request comes from; none for nobody.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The socket of the service that keeps tunnels; null to look where it usually is, or to keep them by a child of a root node.</summary>
    public string? TunnelsPath { get; init; }

    /// <summary>Make a chain to a machine of the node's own when it knows no chain yet.</summary>
    public bool Demo { get; init; }

    /// <summary>The folder with what machines start from; null for the user's cache.</summary>
    public string? GuestsPath { get; init; }

    /// <summary>How long a tunnel that nobody uses stays open.</summary>
    public TimeSpan TunnelGrace { get; init; } = TunnelPool.GraceDefault;

    /// <summary>The OTLP collector that latency is sent to; null for none.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>How long such a tunnel stays unless told otherwise.</summary>
    public static readonly TimeSpan TunnelGraceDefault = TunnelPool.GraceDefault;

    /// <summary>The API's address unless told otherwise.</summary>
    public static readonly IPEndPoint HttpDefault = new(IPAddress.Loopback, 8080);

    /// <summary>The front door's address unless told otherwise.</summary>
    public static readonly IPEndPoint RdpDefault = new(IPAddress.Loopback, 3389);
}

/// <summary>The node cannot start. The message is a sentence for whoever starts it.</summary>
public sealed class NodeStartException(string message, Exception? inner = null) : Exception(message, inner);
