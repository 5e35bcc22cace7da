using RemoteChain.Gateway.Chains;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>Which keys to press at the first desktop so that a chord reaches one of the desktops inside it.</summary>
public static class KeyPath
{
    /// <summary>
    /// A client in full size passes on nearly everything; what it keeps for the desktop around it, and what to press instead, its template
    /// says.
    /// </summary>
    /// <param name="chain">The chain.</param>
    /// <param name="levels">Its desktops inside the first one, from the outside in.</param>
    /// <param name="chord">The keys as they shall arrive.</param>
    /// <param name="layer">Number of the desktop's layer; null for the innermost.</param>
    /// <returns>The keys, or why there are none.</returns>
    public static (KeyChord? Pressed, string? Refusal) Find(Chain chain, IReadOnlyList<NestedLevel> levels, KeyChord chord, int? layer)
    {
        // Depth 0 is the first desktop.
        int depth = levels.Count;
        if (layer is { } number && number != chain.Runtime?.Number)
        {
            depth = number == chain.Desktop.Number ? 0 : 1 + levels.ToList().FindIndex(level => level.Layer.Number == number);
            if (depth == 0 && number != chain.Desktop.Number)
            {
                return (null, chain.Layers.FirstOrDefault(known => known.Number == number) is { } other
                    ? $"{other.Label} has no keyboard: keys go to desktops."
                    : $"The chain has no layer {number}.");
            }
        }

        if (depth < levels.Count && !levels[depth].Template.KeysOutside.Contains(chord.Text))
        {
            var inner = levels[depth];
            return (null, $"{chord.Text} cannot reach {(depth == 0 ? chain.Desktop.Title : levels[depth - 1].Layer.Title)}: the client "
                + $"{inner.Template.Name} there hands every key to {inner.Layer.Title}.");
        }

        // Each client on the way may keep a chord for its own desktop.
        var pressed = chord;
        for (int i = depth - 1; i >= 0; i--)
        {
            if (levels[i].Template.KeysInside.TryGetValue(pressed.Text, out string? instead))
            {
                KeyChord.TryParse(instead, out pressed);
            }
        }

        return (pressed, null);
    }
}
