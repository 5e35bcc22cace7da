using System.Globalization;
using System.Net;
using RemoteChain.Gateway.Chains.Text;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Chains;

/// <summary>
/// Reads the keys of one layer and collects what is wrong with them, each with its place. Every method gives back a usable value, so
/// that one pass finds all errors. Messages never repeat the value of a key that could hold a secret by mistake.
/// </summary>
sealed class LayerReader
{
    const int HostCharsMax = 253;

    /// <summary>Keys in which people look for a place for a secret. Refused with the way to do it.</summary>
    static readonly string[] s_secretKeys =
        ["password", "pass", "passwd", "pwd", "secret", "token", "user", "username", "login", "domain", "key", "private-key",
            "private_key", "credential"];

    readonly MapNode _map;
    readonly string _label;
    readonly IReadOnlyList<LayerKey> _keys;
    readonly List<ChainError> _errors;
    readonly List<SecretReference> _secrets;

    public LayerReader(int number, LayerKind kind, MapNode map, List<ChainError> errors, List<SecretReference> secrets)
        : this(number, $"layer {number} ({kind.Word})", kind.Keys, map, errors, secrets)
    {
    }

    /// <summary>Reads another document of keys with values by the same rules.</summary>
    public LayerReader(string label, IReadOnlyList<LayerKey> keys, MapNode map, List<ChainError> errors)
        : this(0, label, keys, map, errors, [])
    {
    }

    LayerReader(int number, string label, IReadOnlyList<LayerKey> keys, MapNode map, List<ChainError> errors, List<SecretReference> secrets)
    {
        Number = number;
        _label = label;
        _keys = keys;
        _map = map;
        _errors = errors;
        _secrets = secrets;
        RefuseUnknownKeys();
    }

    /// <summary>Place of the layer in the document, from 1.</summary>
    public int Number { get; }

    /// <summary>A host name or address; required.</summary>
    public string Host(string key)
    {
        if (Value(key) is not { } value)
        {
            Missing(key);
            return "";
        }
        var host = value.Value;
        if (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var address)) return address.ToString();
        if (host.Length <= HostCharsMax && Uri.CheckHostName(host) == UriHostNameType.Dns) return host;
        var hint = host.Contains(':', StringComparison.Ordinal) ? "; the port has a key of its own, `port`" : "";
        return Wrong(value, $"`{key}` must be a host name or an IP address{hint}", "");
    }

    /// <summary>A whole number.</summary>
    public int Number32(string key, int min, int max, int @default)
    {
        if (Value(key) is not { } value) return @default;
        return int.TryParse(value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : Wrong(value, $"`{key}` must be a whole number from {min} to {max}", @default);
    }

    /// <summary><c>on</c> or <c>off</c>; YAML's and JSON's other words for it are understood.</summary>
    public bool Switch(string key, bool @default)
    {
        if (Value(key) is not { } value) return @default;
        return value.Value.ToLowerInvariant() switch
        {
            "on" or "true" or "yes" => true,
            "off" or "false" or "no" => false,
            _ => Wrong(value, $"`{key}` must be `on` or `off`", @default),
        };
    }

    /// <summary>One of a few words.</summary>
    public T Choice<T>(string key, T @default) where T : struct, Enum
    {
        if (Value(key) is not { } value) return @default;
        var words = Enum.GetNames<T>().Select(name => name.ToLowerInvariant()).ToArray();
        var index = Array.IndexOf(words, value.Value.ToLowerInvariant());
        if (index >= 0) return Enum.GetValues<T>()[index];
        return Wrong(value, $"`{key}` must be one of {string.Join(", ", words)}{DidYouMean(value.Value, words)}", @default);
    }

    /// <summary>A duration such as <c>90s</c>, <c>30m</c>, <c>8h</c>, <c>2d</c>; <c>0</c> when <paramref name="min"/> allows it.</summary>
    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max, TimeSpan @default)
    {
        if (Value(key) is not { } value) return @default;
        return ChainDuration.TryParse(value.Value, out var duration) && duration >= min && duration <= max
            ? duration
            : Wrong(value, $"`{key}` must be a duration from {ChainDuration.Text(min)} to {ChainDuration.Text(max)}, written like 90s, "
                + "30m, 8h or 2d", @default);
    }

    /// <summary>The name of an entry of the secret store; null when not written.</summary>
    /// <param name="key">The key.</param>
    /// <param name="kinds">The kinds of secrets that fit; a login when not said.</param>
    public string? SecretName(string key, IReadOnlyList<SecretKind>? kinds = null)
    {
        if (Entry(key) is not { } entry) return null;
        kinds ??= SecretKind.Login.Alone();
        var hint = kinds.Contains(SecretKind.Login) ? SecretHint : $"store it with `remotechain secret import NAME FILE` and write `{key}: NAME`";
        if (entry.Value is MapNode)
            return Wrong<string?>(entry.Value, $"`{key}` takes the name of a secret, not the secret itself; {hint}", null);
        if (Value(key) is not { } value) return null;
        if (!Name.IsValid(value.Value))
            return Wrong<string?>(value, $"`{key}` must be the name of a secret ({Name.Rule}); {hint}", null);
        _secrets.Add(new(value.Value, value.Line, value.Column) { Kinds = kinds });
        return value.Value;
    }

    /// <summary>The name of an entry of the secret store; required.</summary>
    public string RequiredSecretName(string key, IReadOnlyList<SecretKind>? kinds = null)
    {
        if (Entry(key)?.Value is null or ScalarNode { IsNull: true }) Missing(key);
        return SecretName(key, kinds) ?? "";
    }

    /// <summary>Text that must fit a rule; required when there is no default.</summary>
    public string Text(string key, string? @default, Func<string, bool> isValid, string rule)
    {
        if (Value(key) is not { } value)
        {
            if (@default is null) Missing(key);
            return @default ?? "";
        }
        return isValid(value.Value) ? value.Value : Wrong(value, $"`{key}` must be {rule}", @default ?? "");
    }

    /// <summary>The name of an enrolled node; required.</summary>
    public string NodeName(string key)
    {
        if (Value(key) is not { } value)
        {
            Missing(key);
            return "";
        }
        return Name.IsValid(value.Value) ? value.Value : Wrong(value, $"`{key}` must be the name of an enrolled node ({Name.Rule})", "");
    }

    /// <summary>Any text that <paramref name="tryRead"/> understands; null when not written or <c>auto</c>.</summary>
    public T? Optional<T>(string key, string expected, TryRead<T> tryRead) where T : struct
    {
        if (Value(key) is not { } value || value.Value == "auto") return null;
        return tryRead(value.Value, out var result) ? result : Wrong<T?>(value, $"`{key}` must be {expected}", null);
    }

    /// <summary>A list of single values, each of which <paramref name="read"/> takes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="countMax">Most values.</param>
    /// <param name="read">Says what is wrong with a value; null when nothing is.</param>
    public void List(string key, int countMax, Func<string, string?> read)
    {
        switch (Entry(key)?.Value)
        {
            case null or ScalarNode { IsNull: true }:
                return;
            case ListNode list when list.Items.Count > countMax:
                Wrong(list, $"`{key}` takes at most {countMax} values", 0);
                return;
            case ListNode list:
                foreach (var item in list.Items)
                {
                    var wrong = item is ScalarNode value ? read(value.Value) : $"each takes one value, not {item.Form}";
                    if (wrong is not null) Wrong(item, $"`{key}`: {wrong}", 0);
                }
                return;
            case var other:
                Wrong(other, $"`{key}` takes a list, not {other.Form}", 0);
                return;
        }
    }

    /// <summary>Keys with values under a key; null when there are none, or <c>off</c>.</summary>
    public LayerReader? Nested(string key, IReadOnlyList<LayerKey> keys) => Entry(key)?.Value switch
    {
        null or ScalarNode { IsNull: true } or ScalarNode { Value: "off" or "false" or "no" } => null,
        MapNode map => new($"{_label}: {key}", keys, map, _errors),
        var other => Wrong<LayerReader?>(other, $"`{key}` takes `off` or {Listed(keys.Select(known => known.Name))}, not {other.Form}", null),
    };

    /// <summary>Reads one value; false when it is not one.</summary>
    public delegate bool TryRead<T>(string text, out T value);

    const string SecretHint = "store it with `remotechain secret set NAME` and write `credentials: NAME`";

    MapEntry? Entry(string key)
    {
        if (_keys.All(known => known.Name != key))
            throw new InvalidOperationException($"{_label} reads `{key}` but does not list it");
        return _map.Entries.FirstOrDefault(entry => entry.Key.Value == key);
    }

    ScalarNode? Value(string key)
    {
        switch (Entry(key)?.Value)
        {
            case null:
            case ScalarNode { IsNull: true }:
                return null;
            case ScalarNode scalar:
                return scalar;
            case var other:
                return Wrong<ScalarNode?>(other, $"`{key}` takes one value, not {other.Form}", null);
        }
    }

    void Missing(string key)
    {
        // A list or map under the key has been reported already.
        if (Entry(key)?.Value is null or ScalarNode) _errors.Add(new(_map.Line, _map.Column, $"{_label}: `{key}` is missing"));
    }

    T Wrong<T>(DocumentNode at, string message, T instead)
    {
        _errors.Add(new(at.Line, at.Column, $"{_label}: {message}"));
        return instead;
    }

    void RefuseUnknownKeys()
    {
        var known = _keys.Select(key => key.Name).ToArray();
        foreach (var (key, _) in _map.Entries)
        {
            var word = key.Value;
            if ((word == "kind" && Number > 0) || known.Contains(word)) continue;
            var message = s_secretKeys.Contains(word.ToLowerInvariant())
                ? $"`{word}` does not belong in a chain; user, domain and password are kept as a secret: {SecretHint}"
                : $"`{DocumentReader.Shown(word)}` is not a key of this kind{DidYouMean(word, known)}; it has {Listed(known)}";
            _errors.Add(new(key.Line, key.Column, $"{_label}: {message}"));
        }
    }

    /// <summary>Keys as a sentence lists them.</summary>
    public static string Listed(IEnumerable<string> words) => string.Join(", ", words.Select(word => $"`{word}`"));

    /// <summary>The tail of a message about an unknown word; empty when no known word is near.</summary>
    public static string DidYouMean(string word, IEnumerable<string> known) =>
        Spelling.Nearest(word, known) is { } near ? $" (did you mean `{near}`?)" : "";
}
