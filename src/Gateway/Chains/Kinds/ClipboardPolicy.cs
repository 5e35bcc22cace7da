namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>Which way text may go through a session's clipboard.</summary>
[Flags]
public enum ClipboardPolicy
{
    /// <summary>None; neither hosts nor clients are told of a clipboard.</summary>
    Off = 0,

    /// <summary>From those who may control the session to its host.</summary>
    ToHost = 1,

    /// <summary>From the host to those who may control the session.</summary>
    FromHost = 2,

    /// <summary>Both ways.</summary>
    Both = ToHost | FromHost,
}

/// <summary>The words for it in documents.</summary>
static class ClipboardPolicies
{
    /// <summary>The words for people.</summary>
    public const string Words = "off | to-host | from-host | both";

    public static bool TryRead(string text, out ClipboardPolicy policy)
    {
        (policy, var known) = text.ToLowerInvariant() switch
        {
            "off" or "no" or "false" => (ClipboardPolicy.Off, true),
            "to-host" => (ClipboardPolicy.ToHost, true),
            "from-host" => (ClipboardPolicy.FromHost, true),
            "both" or "on" or "yes" or "true" => (ClipboardPolicy.Both, true),
            _ => (ClipboardPolicy.Off, false),
        };
        return known;
    }
}
