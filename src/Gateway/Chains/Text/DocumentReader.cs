using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RemoteChain.Gateway.Chains.Text;

/// <summary>
/// Turns YAML (and JSON, which YAML contains) into <see cref="DocumentNode"/>s with places. Documents come from strangers, so
/// everything is bounded, and what makes YAML surprising (aliases, tags, several documents) is refused with its place.
/// </summary>
sealed class DocumentReader
{
    /// <summary>The longest document in characters.</summary>
    public const int TextCharsMax = 64 * 1024;

    const int DepthMax = 8;
    const int NodesMax = 4096;

    readonly IParser _events;
    readonly List<ChainError> _errors;
    int _nodes;

    DocumentReader(IParser events, List<ChainError> errors) => (_events, _errors) = (events, errors);

    /// <summary>Reads the one document of a text. Null when it cannot be read; then an error says why and where.</summary>
    public static DocumentNode? Read(string text, List<ChainError> errors)
    {
        if (text.Length > TextCharsMax)
        {
            errors.Add(new(1, 1, $"the document has {text.Length} characters; at most {TextCharsMax} are allowed"));
            return null;
        }

        // JSON may be indented with tabs, YAML may not. A tab counts one column either way.
        if (text.AsSpan().TrimStart().StartsWith("{")) text = text.Replace('\t', ' ');

        try
        {
            return new DocumentReader(new Parser(new StringReader(text)), errors).ReadDocument();
        }
        catch (YamlException broken)
        {
            errors.Add(new((int)Math.Max(1, broken.Start.Line), (int)Math.Max(1, broken.Start.Column), Sentence(broken)));
            return null;
        }
        catch (DocumentRefusedException refused)
        {
            errors.Add(refused.Error);
            return null;
        }
    }

    DocumentNode? ReadDocument()
    {
        Next<StreamStart>();
        if (!Advance() || _events.Current is StreamEnd)
        {
            _errors.Add(new(1, 1, "the document is empty; a chain has at least `name` and `layers`"));
            return null;
        }
        Advance();
        var root = ReadNode(depth: 0);
        Next<DocumentEnd>();
        if (Advance() && _events.Current is not StreamEnd)
            throw Refused(_events.Current!, "a second document begins here; a chain is one document");
        return root;
    }

    // Recursion is bounded by DepthMax.
    DocumentNode ReadNode(int depth)
    {
        var current = _events.Current!;
        if (++_nodes > NodesMax) throw Refused(current, $"the document has more than {NodesMax} parts");
        if (depth > DepthMax) throw Refused(current, $"nested more than {DepthMax} levels deep; a chain needs three");
        if (current is NodeEvent { Anchor.IsEmpty: false } || current is AnchorAlias)
            throw Refused(current, "anchors (&) and aliases (*) are not available in chains; write the value out");
        if (current is NodeEvent { Tag.IsEmpty: false })
            throw Refused(current, "tags (!) are not available in chains");

        return current switch
        {
            Scalar scalar => new ScalarNode(Line(scalar), Column(scalar), scalar.Value, scalar.Style != ScalarStyle.Plain),
            SequenceStart => ReadList(current, depth),
            MappingStart => ReadMap(current, depth),
            _ => throw Refused(current, "a value, a list or keys with values are expected here"),
        };
    }

    ListNode ReadList(ParsingEvent start, int depth)
    {
        var items = new List<DocumentNode>();
        while (Advance() && _events.Current is not SequenceEnd) items.Add(ReadNode(depth + 1));
        return new(Line(start), Column(start), items);
    }

    MapNode ReadMap(ParsingEvent start, int depth)
    {
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (Advance() && _events.Current is not MappingEnd)
        {
            var place = _events.Current!;
            if (ReadNode(depth + 1) is not ScalarNode key) throw Refused(place, "a key is a single word");
            Advance();
            var value = ReadNode(depth + 1);
            if (seen.TryAdd(key.Value, key.Line)) entries.Add(new(key, value));
            else _errors.Add(new(key.Line, key.Column, $"`{Shown(key.Value)}` is already given in line {seen[key.Value]}"));
        }
        return new(Line(start), Column(start), entries);
    }

    bool Advance()
    {
        var last = _events.Current;
        try
        {
            return _events.MoveNext();
        }
        catch (Exception slip) when (
            slip is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException)
        {
            // The library's scanner trips over its own checks on some broken documents (the fuzz target found it): a refusal like any
            // other.
            throw new DocumentRefusedException(new(
                (int)Math.Max(1, last?.End.Line ?? 1), (int)Math.Max(1, last?.End.Column ?? 1),
                    "this is not valid YAML: it cannot be read from here on"));
        }
    }

    void Next<T>() where T : ParsingEvent
    {
        if (!Advance() || _events.Current is not T)
            throw _events.Current is { } current ? Refused(current, "the document ends or begins unexpectedly")
                : new YamlException("the document ends early");
    }

    /// <summary>Text from the document as messages show it: short, and without control characters.</summary>
    public static string Shown(string text, int charsMax = 40)
    {
        var visible = new string([.. text.Take(charsMax).Select(c => char.IsControl(c) ? '?' : c)]);
        return text.Length > charsMax ? visible + "…" : visible;
    }

    static string Sentence(YamlException broken)
    {
        // The library's message may carry its own "(Line: 1, Col: 2, ...)" prefix; the place is told separately.
        var message = broken.Message;
        var prefix = message.IndexOf("): ", StringComparison.Ordinal);
        if (message.StartsWith('(') && prefix > 0) message = message[(prefix + 3)..];
        return "this is not valid YAML: " + Shown(message.TrimEnd('.'), charsMax: 160);
    }

    static int Line(ParsingEvent e) => (int)e.Start.Line;

    static int Column(ParsingEvent e) => (int)e.Start.Column;

    static DocumentRefusedException Refused(ParsingEvent at, string message) => new(new(Line(at), Column(at), message));

    // Carries an error out of the recursion; never leaves this file.
    sealed class DocumentRefusedException(ChainError error) : Exception
    {
        public ChainError Error { get; } = error;
    }
}
