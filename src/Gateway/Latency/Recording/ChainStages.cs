using System.Collections.Immutable;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>The stages that samples of one chain have, in the order in which an interaction passes them.</summary>
public sealed class ChainStages
{
    private const string UserLayer = "user", GatewayLayer = "gateway";

    /// <summary>The stages of a chain. What runs inside its desktop is one with it: nobody there can be asked.</summary>
    public ChainStages(Chain chain)
    {
        // The user is layer 0 and the gateway layer 1, whether or not the document writes the gateway down.
        int shift = chain.Layers.Any(layer => layer is GatewayLayer) ? 0 : 1;
        int hostLayer = chain.Desktop.Number + shift;
        string hostName = chain.Desktop.Title;
        // A direct connection is no way of its own.
        Hops = [.. chain.Hops.Where(hop => hop is not DirectLayer).Select(hop => HopStages.Of(hop, hop.Number + shift))];
        HostNames = [.. chain.Layers.SkipWhile(layer => layer != chain.Desktop).Select(layer => layer.Title)];
        UserTransport = new StageKey(0, UserLayer, Stage.Transport);
        Present = new StageKey(0, UserLayer, Stage.Present);
        Receive = OfGateway(Stage.Receive);
        InputQueue = OfGateway(Stage.InputQueue);
        Forward = OfGateway(Stage.Forward);
        HostTransport = new StageKey(hostLayer, hostName, Stage.Transport);
        Host = new StageKey(hostLayer, JointName.Of(HostNames), Stage.Host);
        Machine = chain.Desktop is MachineLayer ? new MachineStages(hostLayer, hostName) : null;
        Decode = OfGateway(Stage.Decode);
        Publish = OfGateway(Stage.Publish);
        PictureQueue = OfGateway(Stage.PictureQueue);
        Encode = OfGateway(Stage.Encode);
    }

    /// <summary>Between client and gateway.</summary>
    public StageKey UserTransport { get; }

    /// <summary>In the client.</summary>
    public StageKey Present { get; }

    /// <summary>Input decoded by the front.</summary>
    public StageKey Receive { get; }

    /// <summary>Input waiting for the desktop worker.</summary>
    public StageKey InputQueue { get; }

    /// <summary>Input written to the host.</summary>
    public StageKey Forward { get; }

    /// <summary>Those of the hops, from the gateway to the host.</summary>
    public ImmutableArray<HopStages> Hops { get; }

    /// <summary>Between the last hop, or the gateway, and the host.</summary>
    public StageKey HostTransport { get; }

    /// <summary>In the host, and in all that runs inside its desktop.</summary>
    public StageKey Host { get; }

    /// <summary>The layers that <see cref="Host"/> is the time of: the desktop, and those inside it.</summary>
    public ImmutableArray<string> HostNames { get; }

    /// <summary>Whether the host's time is that of several layers.</summary>
    public bool IsHostPooled => HostNames.Length > 1;

    /// <summary>Those of an emulated machine, in place of the host's and of decoding; null for a host.</summary>
    public MachineStages? Machine { get; }

    /// <summary>Update decoded.</summary>
    public StageKey Decode { get; }

    /// <summary>Update copied into the surface.</summary>
    public StageKey Publish { get; }

    /// <summary>Picture waiting for the front and the client's credit.</summary>
    public StageKey PictureQueue { get; }

    /// <summary>Picture encoded and written to the user's socket.</summary>
    public StageKey Encode { get; }

    private static StageKey OfGateway(Stage stage) => new(1, GatewayLayer, stage);
}
