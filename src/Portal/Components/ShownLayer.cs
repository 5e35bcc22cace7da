using RemoteChain.Gateway.Api;

namespace RemoteChain.Portal.Components;

/// <summary>A layer as lists show it.</summary>
/// <param name="Number">Its place in the chain.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Summary">Where it leads; may be empty.</param>
public sealed record ShownLayer(int Number, string Kind, string Summary)
{
    /// <summary>As the API says them. The gateway itself is only shown where there is nothing else.</summary>
    internal static IReadOnlyList<ShownLayer> Of(IReadOnlyList<ChainEndpoints.LayerItem> layers) =>
        [.. layers.Where(layer => layer.Kind != "gateway" || layers.Count == 1).Select(layer => new ShownLayer(layer.Number, layer.Kind, layer.Summary))];
}
