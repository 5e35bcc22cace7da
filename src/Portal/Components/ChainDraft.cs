using System.Text;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Text;

namespace RemoteChain.Portal.Components;

/// <summary>A layer of a document that may still have mistakes.</summary>
/// <param name="Kind">The word behind <c>kind:</c>.</param>
/// <param name="Values">Everything else that it says, in order.</param>
public sealed record DraftLayer(string Kind, IReadOnlyList<KeyValuePair<string, string>> Values)
{
    /// <summary>What it says for a key; empty when it says nothing.</summary>
    public string Value(string key) => Values.FirstOrDefault(value => value.Key == key).Value ?? "";

    /// <summary>The same with another value; an empty one takes the key away.</summary>
    public DraftLayer With(string key, string value)
    {
        var values = Values.ToList();
        var at = values.FindIndex(old => old.Key == key);
        if (at >= 0) values.RemoveAt(at);
        if (value.Length > 0) values.Insert(at >= 0 ? at : values.Count, new(key, value));
        return this with { Values = values };
    }
}

/// <summary>
/// A document of a chain as a form has it: what it says, whether it is right or not. Judging it is left to <see cref="ChainDocument"/>.
/// </summary>
/// <param name="Name">The chain's name.</param>
/// <param name="Description">For people.</param>
/// <param name="Tags">Words to sort by.</param>
/// <param name="Layers">From the user's side to the far end.</param>
public sealed record ChainDraft(string Name, string Description, IReadOnlyList<string> Tags, IReadOnlyList<DraftLayer> Layers)
{
    /// <summary>Reads a document; null when it is not keys with a list of layers, each of keys with plain values.</summary>
    public static ChainDraft? Read(string text)
    {
        if (DocumentReader.Read(text, []) is not MapNode root) return null;
        var layers = new List<DraftLayer>();
        foreach (var item in Find(root, "layers") is ListNode list ? list.Items : [])
        {
            if (item is not MapNode map || map.Entries.Any(entry => entry.Value is not ScalarNode)) return null;
            var values = map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Value, Text(entry.Value))).ToList();
            layers.Add(new(values.FirstOrDefault(value => value.Key == "kind").Value ?? "", [.. values.Where(value => value.Key != "kind")]));
        }
        IReadOnlyList<string> tags = Find(root, "tags") switch
        {
            ListNode many => [.. many.Items.Select(Text)],
            ScalarNode { IsNull: false } one => [one.Value],
            _ => [],
        };
        return new(Text(Find(root, "name")), Text(Find(root, "description")), tags, layers);
    }

    /// <summary>Writes it as a document.</summary>
    public string Write()
    {
        var text = new StringBuilder($"name: {Quoted(Name)}\n");
        if (Description.Length > 0) text.Append($"description: {Quoted(Description)}\n");
        if (Tags.Count > 0) text.Append($"tags: [{string.Join(", ", Tags.Select(Quoted))}]\n");
        text.Append("layers:\n");
        foreach (var layer in Layers)
        {
            text.Append($"  - kind: {Quoted(layer.Kind)}\n");
            foreach (var (key, value) in layer.Values) text.Append($"    {Quoted(key)}: {Quoted(value)}\n");
        }
        return text.ToString();
    }

    /// <summary>The same with one layer replaced.</summary>
    public ChainDraft With(int at, DraftLayer layer) => this with { Layers = [.. Layers.Take(at), layer, .. Layers.Skip(at + 1)] };

    /// <summary>The same with one layer more.</summary>
    public ChainDraft Inserted(int at, DraftLayer layer) => this with { Layers = [.. Layers.Take(at), layer, .. Layers.Skip(at)] };

    /// <summary>The same without a layer.</summary>
    public ChainDraft Without(int at) => this with { Layers = [.. Layers.Take(at), .. Layers.Skip(at + 1)] };

    /// <summary>The same with a layer in another place.</summary>
    public ChainDraft Moved(int from, int to) => Without(from).Inserted(to, Layers[from]);

    static DocumentNode? Find(MapNode map, string key) => map.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value;

    static string Text(DocumentNode? node) => node is ScalarNode { IsNull: false } scalar ? scalar.Value : "";

    // Plain where no reader of YAML could take it for something else.
    static string Quoted(string value)
    {
        var isPlain = value.Length > 0 && (char.IsAsciiLetterOrDigit(value[0]) || value[0] == '/') && value is not ("null" or "true" or "false" or "yes" or "no")
            && value[^1] is not (' ' or ':') && !value.Contains(": ", StringComparison.Ordinal) && !value.Contains(" #", StringComparison.Ordinal)
            && value.All(c => c >= ' ' && c is not ('"' or '\'' or '[' or ']' or '{' or '}' or ',' or '&' or '*' or '!' or '|' or '>' or '%' or '`'));
        return isPlain ? value : value.Length == 0 ? "" : System.Text.Json.JsonSerializer.Serialize(value, s_plainLetters);
    }

    static readonly System.Text.Json.JsonSerializerOptions s_plainLetters = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
