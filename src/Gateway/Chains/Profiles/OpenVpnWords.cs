using System.Text;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>Takes a line of an OpenVPN configuration apart as the program does: quotes, backslashes, comments.</summary>
static class OpenVpnWords
{
    /// <summary>The words of a line; null when it ends inside of quotes, has control characters or more than <paramref name="wordsMax"/> words.</summary>
    public static List<string>? Split(string line, int wordsMax)
    {
        var words = new List<string>();
        var at = 0;
        while (true)
        {
            while (at < line.Length && line[at] is ' ' or '\t') at++;
            if (at == line.Length || line[at] is '#' or ';') return words;
            if (words.Count == wordsMax || Word(line, ref at) is not { } word) return null;
            words.Add(word);
        }
    }

    // Inside of single quotes a backslash is a backslash; elsewhere it takes the next character as it is.
    static string? Word(string line, ref int at)
    {
        var quote = line[at] is '"' or '\'' ? line[at++] : '\0';
        var word = new StringBuilder();
        for (; at < line.Length; at++)
        {
            var c = line[at];
            if (char.IsControl(c) && c != '\t') return null;
            if (quote != '\0' ? c == quote : c is ' ' or '\t')
            {
                at++;
                return word.ToString();
            }
            if (c != '\\' || quote == '\'') word.Append(c);
            else if (++at < line.Length && !char.IsControl(line[at])) word.Append(line[at]);
            else return null;
        }
        return quote == '\0' ? word.ToString() : null;
    }
}
