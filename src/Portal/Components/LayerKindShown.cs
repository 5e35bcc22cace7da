using RemoteChain.Gateway.Chains;

namespace RemoteChain.Portal.Components;

/// <summary>A kind of layer, for the form that makes one.</summary>
/// <param name="Word">As written in the document.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="Keys">What it may say.</param>
public sealed record LayerKindShown(string Word, string Meaning, IReadOnlyList<LayerKey> Keys);
