using System.Text;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>
/// An OpenVPN client profile as <c>openvpn(8)</c> reads it, reduced to options that are known to be harmless. Holds keys: a class with its
/// own <see cref="ToString"/>, so that nothing prints them by accident.
/// </summary>
public sealed class OpenVpnProfile
{
    /// <summary>The port that servers listen on unless told otherwise.</summary>
    public const int PortDefault = 1194;

    /// <summary>Servers to try in this order; at least one.</summary>
    public required IReadOnlyList<OpenVpnRemote> Remotes { get; init; }

    /// <summary>What shapes the tunnel, in the order of the file: options that are not about where the server is or which device is used.</summary>
    public required IReadOnlyList<OpenVpnOption> Options { get; init; }

    /// <summary>Keys and certificates, by the name of their block: <c>ca</c>, <c>cert</c>, <c>key</c>, <c>tls-crypt</c>, ...</summary>
    public required IReadOnlyDictionary<string, string> Blocks { get; init; }

    /// <summary>Whether the server wants a user and a password.</summary>
    public required bool AsksForLogin { get; init; }

    /// <summary>Whether every server is reached by TCP, so that a way which carries only connections leads to it.</summary>
    public bool IsTcp => Remotes.All(remote => remote.Tcp);

    /// <summary>
    /// Options and blocks as text that <c>openvpn</c> reads, written anew from what was understood: nothing else of the file gets through.
    /// Without <c>remote</c>, <c>proto</c>, <c>dev</c> and <c>auth-user-pass</c>, which belong to whoever runs it.
    /// </summary>
    public string Configuration()
    {
        var text = new StringBuilder();
        foreach (var option in Options) text.Append(option.Line).Append('\n');
        foreach (var (name, content) in Blocks) text.Append('<').Append(name).Append(">\n").Append(content).Append("</").Append(name).Append(">\n");
        return text.ToString();
    }

    /// <summary>Reads a file. Never throws for anything the text contains.</summary>
    public static ProfileReading<OpenVpnProfile> Parse(string text) => new OpenVpnReader().Read(text);

    /// <inheritdoc/>
    public override string ToString() => $"an OpenVPN profile with {Remotes.Count} remotes";
}

/// <summary>A server of a profile.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Port of UDP or TCP.</param>
/// <param name="Tcp">Whether it is reached by TCP.</param>
public sealed record OpenVpnRemote(string Host, int Port, bool Tcp);

/// <summary>An option with its parameters, both already taken apart.</summary>
public sealed record OpenVpnOption(string Name, IReadOnlyList<string> Parameters)
{
    /// <summary>As a line of a configuration, quoted where it must be.</summary>
    public string Line => string.Join(' ', Parameters.Select(Quoted).Prepend(Name));

    /// <inheritdoc/>
    public override string ToString() => Name;

    static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:,=@+".Contains(c))
        ? word
        : $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
