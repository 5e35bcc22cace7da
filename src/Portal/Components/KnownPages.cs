using RemoteChain.Gateway.Chains;

namespace RemoteChain.Portal.Components;

/// <summary>The pages that somebody may have meant who asked for one that does not exist.</summary>
static class KnownPages
{
    // By the first part of their address; what follows it (a name, an id) is kept.
    static readonly string[] s_first =
        ["chains", "sessions", "reports", "secrets", "machines", "account", "people", "audit", "nodes", "open", "view", "join", "shared", "sign-in"];

    /// <summary>Where everybody can begin.</summary>
    public static IReadOnlyList<(string Path, string Name)> Offered { get; } =
        [("/", "Chains"), ("/sessions", "Sessions"), ("/machines", "Machines"), ("/reports", "Reports"), ("/secrets", "Secrets"), ("/account", "Your account")];

    /// <summary>The address that a slip of the keyboard could have turned into this one; null when none is near.</summary>
    public static string? Nearest(string? path)
    {
        var parts = (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || Spelling.Nearest(parts[0], s_first) is not { } first) return null;
        var near = string.Join('/', [first, .. parts[1..].Select(Uri.EscapeDataString)]);
        // All chains are the first page.
        if (near == "chains") return "/";
        return parts[0] == first ? null : $"/{near}";
    }
}
