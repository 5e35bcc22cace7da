using System.Text.Json;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary>The sign-ins that this user's command line remembers, by the node's address. A private file (0600) in the XDG state
/// directory.</summary>
sealed class Login(string? stateHome = null)
{
    sealed record Remembered(string? Current, Dictionary<string, string> Tokens);

    readonly string _file = Path.Combine(
        stateHome ?? XdgStateHome, "remotechain", "login.json");

    static string XdgStateHome =>
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } home && Path.IsPathFullyQualified(home)
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");

    /// <summary>The node that was signed in to last; null when there is none.</summary>
    public string? Current => Read().Current;

    /// <summary>The token for a node; null when not signed in there.</summary>
    public string? Token(string node) => Read().Tokens.GetValueOrDefault(node);

    /// <summary>Remembers a sign-in, and its node as the one to talk to.</summary>
    public void Remember(string node, string token)
    {
        var remembered = Read();
        remembered.Tokens[node] = token;
        Write(remembered with { Current = node });
    }

    /// <summary>Forgets a sign-in.</summary>
    public void Forget(string node)
    {
        var remembered = Read();
        remembered.Tokens.Remove(node);
        Write(remembered with { Current = remembered.Current == node ? null : remembered.Current });
    }

    Remembered Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Remembered>(File.ReadAllText(_file)) ?? new(null, []);
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or JsonException)
        {
            return new(null, []);
        }
    }

    void Write(Remembered remembered)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DataDirectory.WritePrivate(_file, JsonSerializer.Serialize(remembered));
    }
}
