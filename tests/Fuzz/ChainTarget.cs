using System.Text;
using RemoteChain.Gateway.Chains;

namespace RemoteChain.Fuzz;

/// <summary>A chain document as a stranger might send it to the API.</summary>
sealed class ChainTarget() : FuzzTarget("chain", "a chain document, YAML or JSON")
{
    const int MistakesMax = 50;

    static readonly string[] s_documents =
    [
        "name: client-site\ndescription: jump\nlayers:\n  - kind: gateway\n    keep: 30m\n    view-only: on\n  - kind: direct\n    "
            + "timeout: 5s\n  - kind: rdp\n    host: 10.0.0.5\n    port: 3390\n    credentials: jump\n    security: nla\n    graphics: "
            + "off\n    size: 1280x800\n    keyboard: de\n",
        "{\"name\": \"a\", \"layers\": [{\"kind\": \"rdp\", \"host\": \"h\", \"port\": 3389, \"graphics\": false}]}",
        "name: &a x\nlayers: [*a, !!str b, {? [k] : v}]\n---\n...\n",
        "name: |\n  block\n   text\nlayers: >-\n  folded\n\n  'q''q': \"\\x41\\u0041\\U0001F600\\\n",
        "%YAML 1.2\n--- # comment\n{a: [b, {c: d}], ? e : f, 'g': \"h\"}\n",
    ];

    long _chains, _refused;

    internal override IReadOnlyList<byte[]> Seeds { get; } = [.. s_documents.Select(Encoding.UTF8.GetBytes)];

    internal override string Reached => $"{_chains} chains, {_refused} refused with a place";

    internal override void Feed(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var reading = ChainDocument.Parse(text);
        if (reading.IsValid)
        {
            _chains++;
            if (reading.Errors.Count > 0 || reading.Chain.Desktop is null)
                throw new InvalidOperationException("a chain without a desktop was accepted");
            return;
        }
        _refused++;
        if (reading.Errors.Count is 0 or > MistakesMax) throw new InvalidOperationException($"{reading.Errors.Count} errors");
        if (reading.Errors.FirstOrDefault(error => error.Line < 1 || error.Column < 1 || error.Message.Any(char.IsControl)) is { } odd)
            throw new InvalidOperationException($"an error without a place or with control characters: {odd}");
    }
}
