namespace RemoteChain.Harness;

/// <summary>The clipboard of an X display, as <c>xclip</c> has it: of a client's display, or of a user's session on a lab host.</summary>
public sealed class Selection
{
    private readonly string[] _inside;

    private Selection(string[] inside) => _inside = inside;

    /// <summary>Of a display of this machine.</summary>
    public static Selection Of(XDisplay display) => new(["env", $"DISPLAY={display.Name}"]);

    /// <summary>Of a user's session on a host of the lab.</summary>
    public static Selection Of(Lab lab, string host, string user) => new(Inside(lab, host, user));

    /// <summary>What a command begins with that shall run in a user's session on a host of the lab.</summary>
    internal static string[] Inside(Lab lab, string host, string user) =>
    [
        "nsenter", "--target", $"{lab.ProcessOf(host)}", "--mount", "--net", "--pid", "--uts", "--ipc", "--root", "--wd",
        "setpriv", "--reuid", user, "--regid", user, "--clear-groups",
        "sh", "-c", "set -a && . \"/home/$0/.lab-session\" && set +a && exec \"$@\"", user,
    ];

    /// <summary>Copies.</summary>
    // xclip stays to serve what it was given; it must not hold the pipes on which somebody waits for its end.
    public Task CopyAsync(string text) => RunAsync(text, "sh", "-c", "xclip -selection clipboard -in > /dev/null 2>&1");

    /// <summary>Pastes; null when there is nothing.</summary>
    public async Task<string?> PasteAsync()
    {
        try
        {
            return await RunAsync(null, "timeout", "5", "xclip", "-selection", "clipboard", "-out", "-target", "UTF8_STRING");
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Pastes again and again until it is that text; returns what it was last.</summary>
    public async Task<string?> PasteUntilAsync(string text)
    {
        string? last = null;
        for (int i = 0; i < 60 && last != text; i++)
        {
            last = await PasteAsync();
            if (last != text) await Task.Delay(250);
        }

        return last;
    }

    private Task<string> RunAsync(string? input, params string[] command) => Shell.RunAsync(_inside[0], [.. _inside[1..], .. command], input);
}
