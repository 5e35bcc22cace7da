using RemoteChain.Gateway.Chains.Kinds;

namespace RemoteChain.Gateway.Chains;

/// <summary>
/// The saved description of a chain: an ordered list of layers, from the user's side to the far end. Only <see cref="ChainDocument"/>
/// makes one, so whoever holds a chain may rely on its rules: at most one gateway layer and that first, at least one desktop, each
/// further one inside the one before it, and nothing after the last desktop but its program.
/// </summary>
public sealed class Chain
{
    /// <summary>The longest name of a chain; names also travel in the user field of RDP clients as <c>user#chain</c>.</summary>
    public const int NameCharsMax = 63;

    internal Chain(string name, string description, IReadOnlyList<string> tags, IReadOnlyList<Layer> layers)
    {
        Name = name;
        Description = description;
        Tags = tags;
        Layers = layers;
        Gateway = layers.OfType<GatewayLayer>().FirstOrDefault() ?? GatewayLayer.Default;
    }

    /// <summary>Lower case letters, digits, <c>.</c>, <c>_</c> and <c>-</c>; unique in a node.</summary>
    public string Name { get; }

    /// <summary>Free text for people; may be empty.</summary>
    public string Description { get; }

    /// <summary>Words that people sort chains by; each once, in the order of the document.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>All layers as written, the optional gateway layer included.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The gateway's own options: the ones written in the document, or the defaults.</summary>
    public GatewayLayer Gateway { get; }

    /// <summary>The hops that lead to the first desktop, in dialing order. Empty means a plain TCP connection.</summary>
    public IEnumerable<HopLayer> Hops => Layers.TakeWhile(layer => layer is not DesktopLayer).OfType<HopLayer>();

    /// <summary>The first desktop: the one whose pixels the session shows.</summary>
    public DesktopLayer Desktop => Layers.OfType<DesktopLayer>().First();

    /// <summary>The desktops inside the first one, from the outside in.</summary>
    public IEnumerable<NestedLayer> Nested => Layers.OfType<NestedLayer>();

    /// <summary>The program in the innermost desktop; null when it shows its own shell.</summary>
    public RuntimeLayer? Runtime => Layers.OfType<RuntimeLayer>().FirstOrDefault();
}
