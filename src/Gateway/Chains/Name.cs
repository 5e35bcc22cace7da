namespace RemoteChain.Gateway.Chains;

/// <summary>The one rule for names of chains and secrets, which also appear in RDP user names, file names and addresses.</summary>
public static class Name
{
    /// <summary>The rule as a sentence for people.</summary>
    public const string Rule = "1 to 63 lower case letters, digits, '.', '_' or '-', beginning with a letter or digit";

    /// <summary>Whether a text may be such a name.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > Chain.NameCharsMax || !IsLetterOrDigit(text[0])) return false;
        foreach (var c in text)
            if (!IsLetterOrDigit(c) && c is not ('.' or '_' or '-')) return false;
        return true;
    }

    static bool IsLetterOrDigit(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9');
}
