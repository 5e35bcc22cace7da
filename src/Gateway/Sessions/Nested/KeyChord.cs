using RemoteChain.Surface;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>Keys that are pressed together, by names that do not depend on a layout: <c>ctrl+alt+del</c>.</summary>
public sealed class KeyChord
{
    /// <summary>Most keys of a chord.</summary>
    public const int KeysMax = 4;

    private static readonly Dictionary<string, Key> s_modifiers = new()
    {
        ["ctrl"] = new(0x1D), ["alt"] = new(0x38), ["shift"] = new(0x2A), ["win"] = new(0x5B, true),
    };

    private static readonly Dictionary<string, Key> s_keys = new()
    {
        ["del"] = new(0x53, true), ["end"] = new(0x4F, true), ["home"] = new(0x47, true), ["ins"] = new(0x52, true),
        ["pgup"] = new(0x49, true), ["pgdn"] = new(0x51, true), ["up"] = new(0x48, true), ["down"] = new(0x50, true),
        ["left"] = new(0x4B, true), ["right"] = new(0x4D, true), ["esc"] = new(0x01), ["tab"] = new(0x0F), ["enter"] = new(0x1C),
        ["space"] = new(0x39), ["backspace"] = new(0x0E), ["print"] = new(0x37, true), ["break"] = new(0x46, true),
        ["f1"] = new(0x3B), ["f2"] = new(0x3C), ["f3"] = new(0x3D), ["f4"] = new(0x3E), ["f5"] = new(0x3F), ["f6"] = new(0x40),
        ["f7"] = new(0x41), ["f8"] = new(0x42), ["f9"] = new(0x43), ["f10"] = new(0x44), ["f11"] = new(0x57), ["f12"] = new(0x58),
        ["l"] = new(0x26), ["r"] = new(0x13), ["e"] = new(0x12), ["d"] = new(0x20),
    };

    /// <summary>What <see cref="TryParse"/> expects, in words.</summary>
    public static readonly string Rule =
        $"a chord is at most {KeysMax} of {string.Join(", ", s_modifiers.Keys)} and one key of {string.Join(", ", s_keys.Keys)}, joined by +";

    private readonly Key[] _keys;

    private KeyChord(string text, Key[] keys) => (Text, _keys) = (text, keys);

    /// <summary>As <see cref="TryParse"/> reads it, in lower case.</summary>
    public string Text { get; }

    /// <summary>The presses in order, and the releases in the opposite one.</summary>
    public InputEvent[] Events => [.. _keys.Select(key => key.Press), .. _keys.Reverse().Select(key => key.Release)];

    /// <summary>Reads <c>ctrl+alt+del</c>: modifiers, each once, and one key at the end.</summary>
    public static bool TryParse(string text, out KeyChord chord)
    {
        chord = null!;
        string[] words = text.ToLowerInvariant().Split('+', KeysMax + 1, StringSplitOptions.TrimEntries);
        if (words.Length > KeysMax || words.Distinct().Count() != words.Length || !s_keys.TryGetValue(words[^1], out var last)
            || !words[..^1].All(s_modifiers.ContainsKey))
        {
            return false;
        }

        chord = new KeyChord(string.Join('+', words), [.. words[..^1].Select(word => s_modifiers[word]), last]);
        return true;
    }
}
