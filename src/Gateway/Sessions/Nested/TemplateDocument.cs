using System.Globalization;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Text;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>A template as text: YAML in, template or errors with places out.</summary>
public static class TemplateDocument
{
    private const int TypedLinesMax = 32;
    private const int LineCharsMax = 2000;
    private const int DescriptionCharsMax = 500;
    private const int ExitCodeMax = 255;

    private static readonly string[] s_keys = ["name", "description", "shell", "quoting", "typed", "exit-codes", "keys-inside", "keys-outside"];

    /// <summary>Reads a document. Never throws for anything the text contains.</summary>
    public static (NestedTemplate? Template, IReadOnlyList<ChainError> Errors) Parse(string text)
    {
        var errors = new List<ChainError>();
        if (DocumentReader.Read(text, errors) is not { } root)
        {
            return (null, errors);
        }

        if (root is not MapNode map)
        {
            return (null, [new ChainError(root.Line, root.Column, $"a template is keys with values, not {root.Form}")]);
        }

        foreach (var entry in map.Entries.Where(entry => !s_keys.Contains(entry.Key.Value)))
        {
            errors.Add(new ChainError(entry.Key.Line, entry.Key.Column,
                $"`{DocumentReader.Shown(entry.Key.Value)}` is not a key of a template{LayerReader.DidYouMean(entry.Key.Value, s_keys)}; "
                + $"it has {LayerReader.Listed(s_keys)}"));
        }

        string name = Text(map, "name", value => Name.IsValid(value), Name.Rule, null, errors);
        string description = Text(map, "description", value => value.Length <= DescriptionCharsMax, $"at most {DescriptionCharsMax} characters", "", errors);
        string shell = Text(map, "shell", IsShell, ShellRule, null, errors);
        string quoting = Text(map, "quoting", value => value is "lines" or "powershell", "`lines` or `powershell`", "lines", errors);
        var typed = Typed(map, errors);
        var causes = Pairs<int, FailureCause>(map, "exit-codes", CodeRule, TryCode, errors);
        var inside = Pairs<string, string>(map, "keys-inside", "a chord for a chord, such as ctrl+alt+del: ctrl+alt+end", TryChords, errors);
        var outside = Listed(map, "keys-outside", errors).Where(item => IsChord(item, errors)).Select(item => item.Value).ToList();
        return errors.Count > 0
            ? (null, errors)
            : (new NestedTemplate(name, description, shell.TrimEnd('\n'), quoting == "lines" ? TemplateQuoting.Lines : TemplateQuoting.PowerShell,
                typed, causes, inside, outside), []);
    }

    private const string ShellRule = "one line that has {rows} and is, with them in it, at most 255 characters long";

    private const string CodeRule = "an exit code from 0 to 255 and a cause such as wrong-credentials";

    private static bool IsShell(string text)
    {
        string line = text.TrimEnd('\n');
        var longest = Marker.Of(new byte[Marker.KeyBytes], "", "");
        return line.Contains("{rows}", StringComparison.Ordinal) && !line.Any(char.IsControl)
            && new NestedTemplate("", "", line, TemplateQuoting.Lines, [], new Dictionary<int, FailureCause>(), new Dictionary<string, string>(), [])
                .ShellFor(longest).Length <= NestedPlan.ShellCharsMax;
    }

    private static List<string> Typed(MapNode map, List<ChainError> errors)
    {
        var lines = Listed(map, "typed", errors);
        if (lines.Count is 0 or > TypedLinesMax)
        {
            errors.Add(new ChainError(map.Line, map.Column, $"`typed` must be a list of 1 to {TypedLinesMax} lines"));
        }

        foreach (var line in lines)
        {
            if (line.Value.Length > LineCharsMax || line.Value.Any(char.IsControl))
            {
                errors.Add(new ChainError(line.Line, line.Column, $"each item of `typed` must be one line of at most {LineCharsMax} characters"));
            }
            else if (WrongPlaceholder(line.Value) is { } wrong)
            {
                errors.Add(new ChainError(line.Line, line.Column,
                    $"`{DocumentReader.Shown(wrong)}` is no placeholder; there are {LayerReader.Listed(NestedTemplate.Placeholders)}, each in braces"));
            }
        }

        return [.. lines.Select(line => line.Value)];
    }

    private static string? WrongPlaceholder(string line)
    {
        for (int at = 0; line.IndexOf('{', at) is var open and >= 0;)
        {
            int close = line.IndexOf('}', open);
            string word = close < 0 ? line[(open + 1)..] : line[(open + 1)..close];
            if (close < 0 || !NestedTemplate.Placeholders.Contains(word))
            {
                return word;
            }

            at = close + 1;
        }

        return null;
    }

    private static bool TryCode(string key, string value, out (int, FailureCause) pair)
    {
        bool isCause = FailureText.TryParse(value, out FailureCause cause);
        bool isCode = int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code <= ExitCodeMax;
        pair = (code, cause);
        return isCause && isCode;
    }

    private static bool TryChords(string key, string value, out (string, string) pair)
    {
        pair = (key, value);
        return KeyChord.TryParse(key, out _) && KeyChord.TryParse(value, out _);
    }

    private static bool IsChord(ScalarNode item, List<ChainError> errors)
    {
        if (KeyChord.TryParse(item.Value, out _))
        {
            return true;
        }

        errors.Add(new ChainError(item.Line, item.Column, $"`{DocumentReader.Shown(item.Value)}` is no chord; {KeyChord.Rule}"));
        return false;
    }

    private delegate bool TryPair<T>(string key, string value, out T pair);

    private static Dictionary<TKey, TValue> Pairs<TKey, TValue>(
        MapNode map, string key, string rule, TryPair<(TKey, TValue)> tryRead, List<ChainError> errors)
        where TKey : notnull
    {
        var pairs = new Dictionary<TKey, TValue>();
        switch (map.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value)
        {
            case null or ScalarNode { IsNull: true }:
                break;
            case MapNode inner:
                foreach (var (word, value) in inner.Entries)
                {
                    if (value is ScalarNode scalar && tryRead(word.Value, scalar.Value, out var pair))
                    {
                        pairs[pair.Item1] = pair.Item2;
                    }
                    else
                    {
                        errors.Add(new ChainError(word.Line, word.Column, $"`{key}` has {rule}"));
                    }
                }

                break;
            case var wrong:
                errors.Add(new ChainError(wrong.Line, wrong.Column, $"`{key}` must be keys with values, not {wrong.Form}"));
                break;
        }

        return pairs;
    }

    private static List<ScalarNode> Listed(MapNode map, string key, List<ChainError> errors)
    {
        switch (map.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value)
        {
            case null or ScalarNode { IsNull: true }:
                return [];
            case ListNode list when list.Items.All(item => item is ScalarNode):
                return [.. list.Items.Cast<ScalarNode>()];
            case var wrong:
                errors.Add(new ChainError(wrong.Line, wrong.Column, $"`{key}` must be a list of texts"));
                return [];
        }
    }

    private static string Text(MapNode map, string key, Func<string, bool> isValid, string rule, string? @default, List<ChainError> errors)
    {
        switch (map.Entries.FirstOrDefault(entry => entry.Key.Value == key)?.Value)
        {
            case null or ScalarNode { IsNull: true }:
                if (@default is null)
                {
                    errors.Add(new ChainError(map.Line, map.Column, $"`{key}` is missing"));
                }

                return @default ?? "";
            case ScalarNode scalar when isValid(scalar.Value):
                return scalar.Value;
            case var wrong:
                errors.Add(new ChainError(wrong.Line, wrong.Column, $"`{key}` must be {rule}"));
                return "";
        }
    }
}
