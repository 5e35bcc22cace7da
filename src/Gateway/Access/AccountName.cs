namespace RemoteChain.Gateway.Access;

/// <summary>The rule for account names. They are typed into RDP clients, where <c>#</c> begins the chain and <c>\</c> ends a
/// domain.</summary>
public static class AccountName
{
    /// <summary>The longest name.</summary>
    public const int CharsMax = 64;

    /// <summary>The rule as a sentence for people.</summary>
    public const string Rule =
        "1 to 64 letters, digits, '.', '_', '@' or '-', beginning with a letter or digit, and neither 'operator' nor beginning with 'rc-'";

    /// <summary>Whether a text may be an account name.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= CharsMax
        && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '@' or '-')
        && !text.Equals(Operator.Account.Name, StringComparison.OrdinalIgnoreCase)
        && !ConnectionPasses.LooksLikePass(text);
}
