using RemoteChain.Gateway.Chains;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>What one line on ssh's standard error says.</summary>
public enum SshWord
{
    /// <summary>Something else: kept to explain the end.</summary>
    Other,

    /// <summary>What else ssh says of its channels: it explains no end.</summary>
    Note,

    /// <summary>Is this host key right?</summary>
    AskHostKey,

    /// <summary>The password, or the passphrase of the key.</summary>
    AskPassword,

    /// <summary>The private key.</summary>
    AskKey,

    /// <summary>Signed in: its socket takes a connection.</summary>
    Listening,

    /// <summary>The jump host has reached the target.</summary>
    Opened,

    /// <summary>The jump host has not reached the target.</summary>
    OpenFailed,

    /// <summary>The way through the jump host is closed.</summary>
    Closed,

    /// <summary>It ends by itself, and closes everything from now on.</summary>
    Ending,
}

/// <summary>A line on ssh's standard error: a question of our scripts, a message that we asked for, or an error for people.</summary>
/// <param name="Word">Which.</param>
/// <param name="Text">For <see cref="SshWord.AskHostKey"/> the key's type, for <see cref="SshWord.OpenFailed"/> the reason, else the line.</param>
/// <param name="HostKey">For <see cref="SshWord.AskHostKey"/>: its fingerprint.</param>
public readonly record struct SshLine(SshWord Word, string Text, KeyFingerprint HostKey = default)
{
    /// <summary>A longer line is cut.</summary>
    public const int CharsMax = 1024;

    private const string AskHostKey = "ask host-key ";
    private const string OpenFailed = ": open failed: ";

    /// <summary>Reads a line. Nothing is refused: what is not understood is <see cref="SshWord.Other"/>.</summary>
    public static SshLine Read(string line)
    {
        if (line.StartsWith(AskHostKey, StringComparison.Ordinal))
        {
            string[] parts = line[AskHostKey.Length..].Split(' ');
            return parts.Length == 2 && parts[0].Length > 0 && KeyFingerprint.TryParse(parts[1], out var key)
                ? new(SshWord.AskHostKey, parts[0], key)
                : new(SshWord.Other, line);
        }

        return line switch
        {
            "ask password" => new(SshWord.AskPassword, line),
            "ask key" => new(SshWord.AskKey, line),
            _ when line.Contains("Local forwarding listening on path", StringComparison.Ordinal) => new(SshWord.Listening, line),
            // Channel 0 is the listening socket, 1 the only connection that is ever made to it.
            _ when IsOfChannel(line, ": open confirm ") => new(SshWord.Opened, line),
            _ when IsOfChannel(line, OpenFailed) => new(SshWord.OpenFailed, line[(line.IndexOf(OpenFailed, StringComparison.Ordinal) + OpenFailed.Length)..]),
            _ when IsOfChannel(line, ": free:") => new(SshWord.Closed, line),
            _ when line.Contains("channel 0: free:", StringComparison.Ordinal) => new(SshWord.Ending, line),
            _ when line.Contains(":channel_", StringComparison.Ordinal) => new(SshWord.Note, line),
            _ => new(SshWord.Other, WithoutPlace(line)),
        };
    }

    /// <summary>What it means that the jump host did not reach the target: the next layer's failure, unless its own rules forbid it.</summary>
    /// <param name="reason">As ssh gives it: RFC 4254's reason, a colon, the server's own words.</param>
    /// <param name="target">The target.</param>
    /// <param name="jump">The jump host's title.</param>
    public static Failure FailureOfOpen(string reason, HostEndpoint target, string jump)
    {
        if (reason.StartsWith("connect failed", StringComparison.Ordinal) || reason.StartsWith("unknown", StringComparison.Ordinal))
        {
            var cause = reason switch
            {
                _ when reason.Contains("refused", StringComparison.OrdinalIgnoreCase) => FailureCause.Refused,
                _ when reason.Contains("timed out", StringComparison.OrdinalIgnoreCase) => FailureCause.TimedOut,
                _ when reason.Contains("name", StringComparison.OrdinalIgnoreCase) => FailureCause.NameUnknown,
                _ => FailureCause.Unreachable,
            };
            return new(FailureStage.Dial, cause, $"{target}: {reason}, says {jump}");
        }

        bool isForbidden = reason.StartsWith("administratively prohibited", StringComparison.Ordinal);
        return new(FailureStage.Dial, isForbidden ? FailureCause.PolicyRefused : FailureCause.TooBusy, isForbidden
            ? $"{jump} does not forward to {target} for this user (AllowTcpForwarding, PermitOpen): {reason}"
            : $"{target}: {reason}")
        { Layer = jump };
    }

    /// <summary>What it means that ssh ended, from the last lines it wrote.</summary>
    /// <param name="lines">Lines that were <see cref="SshWord.Other"/>, oldest first.</param>
    /// <param name="stage">How far it had come.</param>
    /// <param name="secret">The secret it signed in with, for messages.</param>
    /// <param name="jump">The jump host's title.</param>
    public static Failure FailureOfEnd(IReadOnlyCollection<string> lines, FailureStage stage, string secret, string jump)
    {
        string last = lines.LastOrDefault() ?? "";
        var (cause, detail) = lines switch
        {
            _ when Any("Error loading key") => (FailureCause.WrongCredentials, $"the private key of {secret} cannot be read: {last}"),
            _ when Any("Permission denied") || Any("Too many authentication failures") =>
                (FailureCause.WrongCredentials, $"{secret} is not let in: {last}"),
            _ when Any("Unable to negotiate") => (FailureCause.Unsupported, $"nothing in common with this server: {last}"),
            _ when Any("not responding") || Any("timed out") => (FailureCause.TimedOut, "the jump host does not answer any more"),
            _ when stage == FailureStage.Run => (FailureCause.ConnectionLost, $"the connection to the jump host ended{(last.Length > 0 ? $": {last}" : "")}"),
            _ when Any("invalid format") || Any("banner line") || Any("Bad packet length") =>
                (FailureCause.ProtocolError, $"this is no SSH server: {last}"),
            _ when stage == FailureStage.Handshake =>
                (FailureCause.ConnectionLost, $"the connection ended before a host key was shown; is there an SSH server? {last}"),
            _ => (FailureCause.ConnectionLost, $"the jump host closed the connection: {last}"),
        };
        return new(stage, cause, detail) { Layer = jump };

        bool Any(string words) => lines.Any(line => line.Contains(words, StringComparison.Ordinal));
    }

    private static bool IsOfChannel(string line, string what) => line.Contains($"channel 1{what}", StringComparison.Ordinal);

    /// <summary>Messages that we asked for begin with a place in ssh's source: <c>debug1: file.c:function():12 (pid=3): </c>.</summary>
    private static string WithoutPlace(string line)
    {
        int place = line.IndexOf("(pid=", StringComparison.Ordinal);
        int end = place < 0 ? -1 : line.IndexOf("): ", place, StringComparison.Ordinal);
        return end < 0 ? line : line[(end + 3)..];
    }
}
