using System.Diagnostics.CodeAnalysis;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Chains.Text;

namespace RemoteChain.Gateway.Chains;

/// <summary>What came of reading a chain document: a chain, or every error that was found.</summary>
/// <param name="Chain">Null when there are errors.</param>
/// <param name="Errors">In the order of the document; empty when there is a chain.</param>
/// <param name="Secrets">The secrets that the document names, with their places.</param>
public sealed record ChainReading(Chain? Chain, IReadOnlyList<ChainError> Errors, IReadOnlyList<SecretReference> Secrets)
{
    /// <summary>Whether the document is a valid chain.</summary>
    [MemberNotNullWhen(true, nameof(Chain))]
    public bool IsValid => Chain is not null;
}

/// <summary>A chain as text: YAML or JSON in, <see cref="Chain"/> or errors with places out.</summary>
public static class ChainDocument
{
    /// <summary>The longest document in characters.</summary>
    public const int TextCharsMax = DocumentReader.TextCharsMax;

    const int LayersMax = 32;
    const int DescriptionCharsMax = 500;
    const int TagsMax = 16;
    const int ErrorsMax = 50;

    static readonly string[] s_keys = ["name", "description", "tags", "layers"];

    /// <summary>Reads a document. Never throws for anything the text contains.</summary>
    public static ChainReading Parse(string text)
    {
        var errors = new List<ChainError>();
        var secrets = new List<SecretReference>();
        var chain = DocumentReader.Read(text, errors) is { } root ? ReadChain(root, errors, secrets) : null;
        if (errors.Count == 0) return new(chain, [], secrets);
        return new(null, [.. errors.OrderBy(error => error.Line).ThenBy(error => error.Column).Take(ErrorsMax)], secrets);
    }

    static Chain? ReadChain(DocumentNode root, List<ChainError> errors, List<SecretReference> secrets)
    {
        if (root is not MapNode map)
        {
            errors.Add(new(root.Line, root.Column, $"a chain is keys with values (`name`, `layers`), not {root.Form}"));
            return null;
        }

        foreach (var (key, _) in map.Entries.Where(entry => !s_keys.Contains(entry.Key.Value)))
        {
            var hint = LayerReader.DidYouMean(key.Value, s_keys);
            errors.Add(new(key.Line, key.Column,
                $"`{DocumentReader.Shown(key.Value)}` is not a key of a chain{hint}; it has {LayerReader.Listed(s_keys)}"));
        }

        var name = Text(map, "name", text => Name.IsValid(text), Name.Rule, required: true, errors);
        var description = Text(map, "description", text => text.Length <= DescriptionCharsMax, $"at most {DescriptionCharsMax} characters",
            required: false, errors);
        var tags = ReadTags(map, errors);
        var layers = ReadLayers(map, errors, secrets);
        return errors.Count == 0 ? new(name, description, tags, layers) : null;
    }

    static string Text(MapNode map, string key, Func<string, bool> isValid, string rule, bool required, List<ChainError> errors)
    {
        switch (map.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value)
        {
            case null or ScalarNode { IsNull: true }:
                if (required) errors.Add(new(map.Line, map.Column, $"`{key}` is missing"));
                return "";
            case ScalarNode scalar when isValid(scalar.Value):
                return scalar.Value;
            case var wrong:
                errors.Add(new(wrong.Line, wrong.Column, $"`{key}` must be {rule}"));
                return "";
        }
    }

    // Words that people sort chains by. One alone may stand without the brackets of a list.
    static List<string> ReadTags(MapNode map, List<ChainError> errors)
    {
        var node = map.Entries.FirstOrDefault(entry => entry.Key.Value == "tags")?.Value;
        IReadOnlyList<DocumentNode> items = node switch
        {
            null or ScalarNode { IsNull: true } => [],
            ListNode list => list.Items,
            var one => [one],
        };
        if (items.Count > TagsMax) errors.Add(new(node!.Line, node.Column, $"{items.Count} tags; at most {TagsMax} are allowed"));
        var tags = new List<string>();
        foreach (var item in items.Take(TagsMax))
        {
            if (item is ScalarNode { IsNull: false } tag && Name.IsValid(tag.Value)) tags.Add(tag.Value);
            else errors.Add(new(item.Line, item.Column, $"a tag is {Name.Rule}"));
        }
        return [.. tags.Distinct()];
    }

    static List<Layer> ReadLayers(MapNode map, List<ChainError> errors, List<SecretReference> secrets)
    {
        var layers = new List<Layer>();
        switch (map.Entries.FirstOrDefault(entry => entry.Key.Value == "layers")?.Value)
        {
            case null or ScalarNode { IsNull: true }:
                errors.Add(new(map.Line, map.Column,
                    "`layers` is missing; a chain needs at least one layer with pixels, such as `- kind: rdp`"));
                break;
            case ListNode list when list.Items.Count > LayersMax:
                errors.Add(new(list.Line, list.Column, $"{list.Items.Count} layers; at most {LayersMax} are allowed"));
                break;
            case ListNode list:
                for (var i = 0; i < list.Items.Count; i++)
                    if (ReadLayer(i + 1, list.Items[i], errors, secrets) is { } layer)
                    {
                        CheckPlace(layer, list.Items[i], layers, errors);
                        layers.Add(layer);
                    }
                // A layer of a kind that could not be read may have been the desktop; then its own error is enough.
                if (layers.Count == list.Items.Count && !layers.OfType<DesktopLayer>().Any())
                    errors.Add(new(list.Line, list.Column, "no layer has pixels; a chain ends in a desktop, such as `- kind: rdp`"));
                break;
            case var other:
                errors.Add(new(other.Line, other.Column, $"`layers` must be a list, each item beginning with `- kind:`, not {other.Form}"));
                break;
        }
        return layers;
    }

    static Layer? ReadLayer(int number, DocumentNode node, List<ChainError> errors, List<SecretReference> secrets)
    {
        if (node is not MapNode map)
        {
            errors.Add(new(node.Line, node.Column, $"layer {number} must be keys with values, beginning with `kind:`, not {node.Form}"));
            return null;
        }

        if (map.Entries.FirstOrDefault(entry => entry.Key.Value == "kind")?.Value is not ScalarNode { IsNull: false } word)
        {
            errors.Add(new(map.Line, map.Column, $"layer {number}: `kind` is missing; known kinds are {KnownKinds}"));
            return null;
        }

        if (LayerKind.All.FirstOrDefault(kind => kind.Word == word.Value) is { } known)
            return known.Read(new LayerReader(number, known, map, errors, secrets));

        errors.Add(new(word.Line, word.Column, $"layer {number}: `{DocumentReader.Shown(word.Value)}` is not a "
                + $"kind{LayerReader.DidYouMean(word.Value, LayerKind.All.Select(kind => kind.Word))}; known kinds are {KnownKinds}"));
        return null;
    }

    static string KnownKinds => LayerReader.Listed(LayerKind.All.Select(kind => kind.Word));

    // Order rules, told at the layer that breaks them.
    static void CheckPlace(Layer layer, DocumentNode at, List<Layer> before, List<ChainError> errors)
    {
        var message = layer switch
        {
            GatewayLayer when layer.Number > 1 => "the gateway can only be the first layer",
            { Number: > 0 } when before.OfType<RuntimeLayer>().Any() => "the program of a `runtime` is the last layer",
            MachineLayer { Template: "", Machine: "" } => "it needs a `template`, or a `machine` that exists",
            MachineLayer { Template: not "", Machine: not "" } => "`template` makes a machine and `machine` takes one that exists: write one of them",
            MachineLayer { Machine: not "" } or MachineLayer { Keep: true } when before.OfType<HopLayer>().Any() =>
                "hops before a machine carry its network and end with the session, so the machine must, too: `template`, and no `keep: on`",
            NestedLayer or RuntimeLayer when before.OfType<MachineLayer>().Any() => "nothing can be started inside a machine; it is the last layer",
            NestedLayer when !before.OfType<DesktopLayer>().Any() => "it needs a desktop before it, such as `- kind: rdp`",
            NestedLayer => null,
            DesktopLayer when before.OfType<DesktopLayer>().Any() =>
                "a second desktop is reached from inside the first one: write it as `- kind: nested`",
            RuntimeLayer when !before.OfType<DesktopLayer>().Any() => "it needs a desktop before it, such as `- kind: rdp`",
            HopLayer when before.OfType<DesktopLayer>().Any() => "a hop must stand before the desktop that it leads to",
            DirectLayer when before.OfType<DirectLayer>().Any() => "one `direct` is enough",
            VpnLayer { Type: VpnType.WireGuard } when VpnLayer.CarrierOfConnections(before) is { } carrier =>
                $"WireGuard {VpnLayer.WhyNotBehind(carrier)}",
            _ => null,
        };
        if (message is not null) errors.Add(new(at.Line, at.Column, $"{layer.Label}: {message}"));
    }
}
