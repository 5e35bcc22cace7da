using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>One desktop inside another: what starts it and by which sign its script is known.</summary>
/// <param name="Layer">The chain's.</param>
/// <param name="Template">How its client is started.</param>
/// <param name="Marker">The sign of the script in the desktop around it.</param>
/// <param name="Shell">What this desktop starts instead of its own: the script for the next one, the program, or nothing.</param>
/// <param name="KeyboardLayout">What this desktop is told of the keyboard.</param>
public sealed record NestedLevel(NestedLayer Layer, NestedTemplate Template, Marker Marker, string Shell, uint KeyboardLayout);

/// <summary>How the desktops inside the first one are opened.</summary>
public sealed class NestedPlan
{
    /// <summary>MS-RDPBCGR 2.2.1.11.1.1: at most 512 bytes of UTF-16 with the end.</summary>
    public const int ShellCharsMax = 255;

    /// <summary>What desktops are told whose keyboard the gateway types on: its keys stand where it thinks they do.</summary>
    public const uint KeyboardUs = 0x0409;

    private NestedPlan(string outerShell, uint? outerKeyboard, IReadOnlyList<NestedLevel> levels) =>
        (OuterShell, OuterKeyboardLayout, Levels) = (outerShell, outerKeyboard, levels);

    /// <summary>No desktop inside, and nothing started instead of its own.</summary>
    public static NestedPlan None { get; } = new("", null, []);

    /// <summary>What the first desktop starts instead of its own; empty for its own.</summary>
    public string OuterShell { get; }

    /// <summary>What the first desktop is told of the keyboard; null for what it would be told anyway.</summary>
    public uint? OuterKeyboardLayout { get; }

    /// <summary>From the outside in.</summary>
    public IReadOnlyList<NestedLevel> Levels { get; }

    /// <summary>Puts together what a chain needs.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="templates">A template by name; null when there is none.</param>
    /// <param name="markerKey">The node's, for the markers.</param>
    /// <param name="keyboardLayout">The first front's; 0 = unknown.</param>
    /// <param name="plan">The plan when there is no failure.</param>
    public static Failure? TryMake(
        Chain chain, Func<string, NestedTemplate?> templates, ReadOnlySpan<byte> markerKey, uint keyboardLayout, out NestedPlan plan)
    {
        var layers = chain.Nested.ToList();
        var levels = new List<NestedLevel>();
        string shell = chain.Runtime?.Command ?? "";
        // From the inside out, because each desktop is told the script of the next one.
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            var layer = layers[i];
            if (templates(layer.Template) is not { } template)
            {
                plan = None;
                return new Failure(FailureStage.Activate, FailureCause.Unsupported,
                    $"there is no template '{layer.Template}'; `remotechain nested list` shows those there are") { Layer = layer.Title };
            }

            uint keyboard = i < layers.Count - 1 ? KeyboardUs
                : layer.KeyboardLayout ?? (keyboardLayout == 0 ? KeyboardUs : keyboardLayout);
            var marker = Marker.Of(markerKey, chain.Name, layer.Label);
            levels.Insert(0, new NestedLevel(layer, template, marker, shell, keyboard));
            shell = template.ShellFor(marker);
        }

        plan = new NestedPlan(shell, levels.Count > 0 ? KeyboardUs : null, levels);
        return null;
    }
}
