using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>The stages of one hop.</summary>
/// <param name="Number">The hop's place in the chain's document, by which its echoes are known.</param>
/// <param name="Transport">Between the layer before it and its far end.</param>
/// <param name="Inside">In its far end.</param>
public sealed record HopStages(int Number, StageKey Transport, StageKey Inside)
{
    /// <summary>Of a layer.</summary>
    /// <param name="hop">Which.</param>
    /// <param name="layer">Its number in samples.</param>
    public static HopStages Of(HopLayer hop, int layer) =>
        new(hop.Number, new StageKey(layer, hop.Title, Stage.Transport), new StageKey(layer, hop.Title, Stage.Inside));
}
