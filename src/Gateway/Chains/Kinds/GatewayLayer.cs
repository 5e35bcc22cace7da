namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>The gateway itself. Optional first layer; there to carry the options of the session.</summary>
/// <param name="Number">Place in the document; 0 when the layer is not written and stands for the defaults.</param>
/// <param name="Keep">How long a session that nobody looks at is kept before it is closed.</param>
/// <param name="ViewOnly">Whether the fronts of this chain may only watch.</param>
/// <param name="Clipboard">Which way text may go through the clipboard of its sessions.</param>
public sealed record GatewayLayer(int Number, TimeSpan Keep, bool ViewOnly, ClipboardPolicy Clipboard = ClipboardPolicy.Both) : Layer(Number)
{
    /// <summary>What holds when a document has no gateway layer.</summary>
    public static readonly GatewayLayer Default = new(0, TimeSpan.FromHours(8), ViewOnly: false);

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new(
        "gateway", "The gateway itself: options of the session. Optional, and then the first layer.",
    [
        new("keep", "a duration: 90s, 30m, 8h, 2d, or 0", "How long a session that nobody looks at is kept before it is closed.", "8h"),
        new("view-only", "on | off", "Whether the fronts of this chain may only watch.", "off"),
        new("clipboard", ClipboardPolicies.Words, "Which way text may go through the clipboard, for those who may control the session.", "both"),
    ],
    reader => new GatewayLayer(
        reader.Number,
        Keep: reader.Duration("keep", TimeSpan.Zero, s_keepMax, Default.Keep),
        ViewOnly: reader.Switch("view-only", Default.ViewOnly),
        Clipboard: reader.Optional<ClipboardPolicy>("clipboard", ClipboardPolicies.Words, ClipboardPolicies.TryRead) ?? Default.Clipboard));

    /// <inheritdoc/>
    public override string Kind => "gateway";

    static readonly TimeSpan s_keepMax = TimeSpan.FromDays(30);
}
