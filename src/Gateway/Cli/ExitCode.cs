namespace RemoteChain.Gateway.Cli;

/// <summary>What a command's exit status means. Shown by <c>remotechain --help</c>; never renumbered.</summary>
static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Refused or failed; the sentence says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong, or a question could not be asked.</summary>
    public const int Usage = 2;

    /// <summary>No node answers.</summary>
    public const int NoNode = 3;

    /// <summary>Not signed in, or not allowed.</summary>
    public const int Denied = 4;

    /// <summary>There is no such thing.</summary>
    public const int NotFound = 5;

    /// <summary>For the help text.</summary>
    public const string Legend = "0 done, 1 refused or failed, 2 wrong usage, 3 no node answers, 4 not signed in or not allowed, 5 no "
        + "such thing";
}

/// <summary>A command cannot do what it was asked. The message is one plain sentence; it is all that the user sees.</summary>
sealed class CommandException(int exitCode, string message, string reason = "") : Exception(message)
{
    /// <summary>The node's word for why, where a command goes on with it; else empty.</summary>
    public string Reason { get; } = reason;

    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
