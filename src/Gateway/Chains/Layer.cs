namespace RemoteChain.Gateway.Chains;

/// <summary>One virtual layer of a chain. Immutable; every kind is one record in <c>Chains/Kinds</c>.</summary>
/// <param name="Number">Place in the document, counted from 1 at the user's side.</param>
public abstract record Layer(int Number)
{
    /// <summary>The word that stands after <c>kind:</c> in the document.</summary>
    public abstract string Kind { get; }

    /// <summary>Where it leads, for lists: <c>10.0.0.5:3389</c>. Empty for layers that lead nowhere by themselves.</summary>
    public virtual string Summary => "";

    /// <summary>What reports and failures call it: <c>ssh jump.example</c>. Shows nothing that the chain does not.</summary>
    public virtual string Title => Summary.Length == 0 ? Kind : $"{Kind} {Summary}";

    /// <summary>How messages name this layer: <c>layer 3 (rdp)</c>.</summary>
    public string Label => $"layer {Number} ({Kind})";
}

/// <summary>A layer that carries bytes to the next one: a function from a dialer to a dialer.</summary>
public abstract record HopLayer(int Number) : Layer(Number);

/// <summary>A layer that has pixels.</summary>
public abstract record DesktopLayer(int Number) : Layer(Number);

/// <summary>A desktop in which the gateway may press a key by itself to measure.</summary>
public interface IProbedDesktop
{
    /// <summary>How messages name the layer.</summary>
    string Label { get; }

    /// <summary>When a key may be pressed.</summary>
    Kinds.KeyProbes KeyProbes { get; }

    /// <summary>Scancode of that key (set 1).</summary>
    int ProbeKey { get; }

    /// <summary>Scancode of the key that takes its effect back; 0 = none.</summary>
    int ProbeUndoKey { get; }
}
