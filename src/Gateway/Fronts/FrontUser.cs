namespace RemoteChain.Gateway.Fronts;

/// <summary>
/// What a user typed into the user field of an RDP client: <c>user</c>, <c>user#chain</c>, or <c>user#chain?view</c> to watch only.
/// </summary>
/// <param name="User">The account's name, or a pass id.</param>
/// <param name="Chain">Name of the chain; empty when none was typed.</param>
/// <param name="ViewOnly">Whether to watch only.</param>
public readonly record struct FrontUser(string User, string Chain, bool ViewOnly)
{
    private const string ViewSuffix = "?view";

    /// <summary>Never fails: what makes no sense is an account that does not exist.</summary>
    public static FrontUser Parse(string typed)
    {
        // Clients may put the domain in front, or the machine's name when the user typed none.
        string text = typed[(typed.LastIndexOf('\\') + 1)..].Trim();
        bool viewOnly = text.EndsWith(ViewSuffix, StringComparison.OrdinalIgnoreCase);
        if (viewOnly)
        {
            text = text[..^ViewSuffix.Length];
        }

        int mark = text.IndexOf('#');
        return mark < 0 ? new FrontUser(text, "", viewOnly) : new FrontUser(text[..mark], text[(mark + 1)..], viewOnly);
    }
}
