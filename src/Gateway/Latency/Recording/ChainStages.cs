using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>The stages that samples of one chain have, in the order in which an interaction passes them.</summary>
public sealed class ChainStages
{
    private const string UserLayer = "user", GatewayLayer = "gateway";

    /// <summary>The stages of a chain whose last layer is an RDP host.</summary>
    public ChainStages(Chain chain)
    {
        // The user is layer 0 and the gateway layer 1, whether or not the document writes the gateway down.
        int hostLayer = 2 + chain.Hops.Count();
        string hostName = chain.Desktop.Title;
        UserTransport = new StageKey(0, UserLayer, Stage.Transport);
        Present = new StageKey(0, UserLayer, Stage.Present);
        Receive = OfGateway(Stage.Receive);
        InputQueue = OfGateway(Stage.InputQueue);
        Forward = OfGateway(Stage.Forward);
        HostTransport = new StageKey(hostLayer, hostName, Stage.Transport);
        Host = new StageKey(hostLayer, hostName, Stage.Host);
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

    /// <summary>Between gateway and host.</summary>
    public StageKey HostTransport { get; }

    /// <summary>In the host.</summary>
    public StageKey Host { get; }

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
