namespace RemoteChain.Portal.Access;

/// <summary>What people call their browser, for the list of sign-ins; from a header that anybody may write anything into.</summary>
static class BrowserName
{
    static readonly (string Word, string Name)[] s_browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    static readonly (string Word, string Name)[] s_systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <summary>For example <c>Firefox on Linux</c>.</summary>
    public static string Of(string userAgent) => $"{Find(s_browsers, userAgent, "a browser")} on {Find(s_systems, userAgent, "something")}";

    static string Find((string Word, string Name)[] known, string text, string otherwise) =>
        Array.Find(known, entry => text.Contains(entry.Word, StringComparison.Ordinal)).Name ?? otherwise;
}
