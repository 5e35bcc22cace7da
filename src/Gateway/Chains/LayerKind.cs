namespace RemoteChain.Gateway.Chains;

/// <summary>One key that a layer of some kind may have.</summary>
/// <param name="Name">As written in the document.</param>
/// <param name="Values">What may stand there, in words: <c>name or address</c>, <c>on | off</c>.</param>
/// <param name="Meaning">What it does, for the documentation and the command line.</param>
/// <param name="Default">What holds when it is not written; null when it must be written.</param>
public sealed record LayerKey(string Name, string Values, string Meaning, string? Default);

/// <summary>
/// One kind of layer: its word, its keys and how it is read. A kind lives in one file in <c>Chains/Kinds</c> and is listed once, in
/// <see cref="All"/>.
/// </summary>
public sealed class LayerKind
{
    readonly Func<LayerReader, Layer> _read;

    internal LayerKind(string word, string meaning, IReadOnlyList<LayerKey> keys, Func<LayerReader, Layer> read)
    {
        Word = word;
        Meaning = meaning;
        Keys = keys;
        _read = read;
    }

    /// <summary>Every kind that this version knows, in the order in which they stand in a chain.</summary>
    public static IReadOnlyList<LayerKind> All { get; } =
    [
        Kinds.GatewayLayer.Definition,
        Kinds.DirectLayer.Definition,
        Kinds.VpnLayer.Definition,
        Kinds.SshLayer.Definition,
        Kinds.ProxyLayer.Definition,
        Kinds.RelayLayer.Definition,
        Kinds.RdpLayer.Definition,
        Kinds.NestedLayer.Definition,
        Kinds.MachineLayer.Definition,
        Kinds.RuntimeLayer.Definition,
    ];

    /// <summary>The word after <c>kind:</c>.</summary>
    public string Word { get; }

    /// <summary>One sentence for people.</summary>
    public string Meaning { get; }

    /// <summary>The keys besides <c>kind</c>.</summary>
    public IReadOnlyList<LayerKey> Keys { get; }

    internal Layer Read(LayerReader reader) => _read(reader);
}
