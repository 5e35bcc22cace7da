namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>An emulated PC that this node runs.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Template">What it is made from; empty when <paramref name="Machine"/> names one that exists.</param>
/// <param name="Machine">A machine that was created before; empty when it is made from a template.</param>
/// <param name="MemoryMib">RAM; 0 = what the template says.</param>
/// <param name="Mips">Million instructions a second at most; 0 = what the template says.</param>
/// <param name="Keep">Whether the machine outlives its session.</param>
/// <param name="KeyProbes">When a key may be pressed to measure from end to end.</param>
/// <param name="ProbeKey">Scancode of that key (set 1).</param>
/// <param name="ProbeUndoKey">Scancode of the key that takes its effect back; 0 = none.</param>
public sealed record MachineLayer(
    int Number,
    string Template,
    string Machine,
    int MemoryMib,
    int Mips,
    bool Keep,
    KeyProbes KeyProbes = KeyProbes.Off,
    int ProbeKey = RdpLayer.ProbeKeyDefault,
    int ProbeUndoKey = RdpLayer.ProbeUndoKeyDefault) : DesktopLayer(Number), IProbedDesktop
{
    /// <summary>Bounds of RAM in MiB.</summary>
    public const int MemoryMibMin = 4, MemoryMibMax = 2048;

    /// <summary>Bounds of the processor's speed in million instructions a second. The most is the speed of the guest's own clock.</summary>
    public const int MipsMin = 1, MipsMax = 250;

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new("machine", "An emulated PC that this node runs. The last layer.",
    [
        new("template", "name of a template", "What the machine is made from: `remotechain template list` shows them.", "none"),
        new("machine", "name of a machine", "Instead of a template: a machine that `remotechain machine create` made.", "none"),
        new("memory", "4 to 2048", "RAM in MiB.", "the template's"),
        new("processor", "1 to 250", "Million instructions a second that it may run at most.", "the template's"),
        new("keep", "on | off", "Whether the machine outlives its session; off throws it away, and what was done in it.", "off"),
        new("key-probes", "off | demand | idle", "When the gateway may press a key in it to measure from end to end.", "off"),
        new("probe-key", "1 to 127", "Scancode of the key that is pressed. 57 is Space.", "57"),
        new("probe-undo-key", "0 to 127", "Scancode of the key that takes it back; 0 presses none. 14 is Backspace.", "14"),
    ],
    reader => new MachineLayer(
        reader.Number,
        Template: reader.Text("template", "", text => Name.IsValid(text), $"the name of a template ({Name.Rule})"),
        Machine: reader.Text("machine", "", text => Name.IsValid(text), $"the name of a machine ({Name.Rule})"),
        MemoryMib: reader.Number32("memory", MemoryMibMin, MemoryMibMax, 0),
        Mips: reader.Number32("processor", MipsMin, MipsMax, 0),
        Keep: reader.Switch("keep", false),
        KeyProbes: reader.Choice("key-probes", KeyProbes.Off),
        ProbeKey: reader.Number32("probe-key", 1, RdpLayer.ScancodeMax, RdpLayer.ProbeKeyDefault),
        ProbeUndoKey: reader.Number32("probe-undo-key", 0, RdpLayer.ScancodeMax, RdpLayer.ProbeUndoKeyDefault)));

    /// <inheritdoc/>
    public override string Kind => "machine";

    /// <inheritdoc/>
    public override string Summary => Machine.Length > 0 ? Machine : Template;
}
