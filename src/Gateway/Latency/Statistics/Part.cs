using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>What can be blamed: a stage of a layer, or a layer with all its stages.</summary>
/// <param name="Layer">0 = the user, 1 = the gateway, and so on.</param>
/// <param name="LayerName">What people call the layer.</param>
/// <param name="Stage">Null for the whole layer.</param>
public readonly record struct Part(int Layer, string LayerName, Stage? Stage)
{
    /// <summary>The stage of that key.</summary>
    public static Part Of(StageKey key) => new(key.Layer, key.LayerName, key.Stage);

    /// <summary>The whole layer of that key.</summary>
    public static Part LayerOf(StageKey key) => new(key.Layer, key.LayerName, null);

    /// <summary>Whether a stage belongs to it.</summary>
    public bool Contains(StageKey key) =>
        key.Layer == Layer && key.LayerName == LayerName && (Stage is null || key.Stage == Stage);

    /// <summary>For people and files: <c>rdp desk-1/host</c>, or <c>rdp desk-1</c> for the layer.</summary>
    public override string ToString() => Stage is { } stage ? $"{LayerName}/{stage.Name()}" : LayerName;
}
