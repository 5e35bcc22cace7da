using System.Globalization;
using System.Net;

namespace RemoteChain.Tunnels.OpenVpn;

/// <summary>What <c>openvpn</c> tells by itself over its management interface (management-notes.txt): one line each.</summary>
abstract record ManagementLine
{
    /// <summary>Reads a line; null for one that asks for nothing: answers to commands, log lines, kinds of later versions.</summary>
    internal static ManagementLine? Read(string line)
    {
        if (line.Length == 0 || line[0] != '>' || line.IndexOf(':') is not (> 0 and var colon)) return null;
        var rest = line[(colon + 1)..];
        return line[1..colon] switch
        {
            "HOLD" => new Hold(),
            "FATAL" => new Fatal(rest),
            "PASSWORD" => ReadPassword(rest),
            "STATE" => ReadState(rest),
            "UPDOWN" => ReadUpDown(rest),
            _ => null,
        };
    }

    static ManagementLine? ReadPassword(string text)
    {
        if (text.StartsWith("Verification Failed", StringComparison.Ordinal)) return new PasswordRefused();
        const string Need = "Need '";
        if (!text.StartsWith(Need, StringComparison.Ordinal) || text.IndexOf('\'', Need.Length) is not (> 0 and var end)) return null;
        return new PasswordWanted(text[Need.Length..end], text.AsSpan(end + 1).TrimStart().StartsWith("username/password", StringComparison.Ordinal));
    }

    /// <summary>time,state,what,local address,remote address,remote port,...</summary>
    static State? ReadState(string text)
    {
        var fields = text.Split(',');
        if (fields.Length < 3) return null;
        var remote = fields.Length > 5 && IPAddress.TryParse(fields[4], out var address)
            && ushort.TryParse(fields[5], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? new IPEndPoint(address, port) : null;
        return new(fields[1], fields[2], remote);
    }

    static ManagementLine? ReadUpDown(string text)
    {
        const string Variable = "ENV,";
        if (text is "UP" or "DOWN") return new UpDown(text == "UP");
        if (!text.StartsWith(Variable, StringComparison.Ordinal) || text.IndexOf('=') is not (> 4 and var equals)) return null;
        return new Setting(text[Variable.Length..equals], text[(equals + 1)..]);
    }

    /// <summary>It waits to be let go.</summary>
    internal sealed record Hold : ManagementLine;

    /// <summary>It ends because of this.</summary>
    internal sealed record Fatal(string Why) : ManagementLine;

    /// <summary>It wants a password, or a user and a password.</summary>
    /// <param name="Purpose">Its word for what it is for: <c>Auth</c>, <c>Private Key</c>.</param>
    /// <param name="WithUser">Whether a user belongs to it.</param>
    internal sealed record PasswordWanted(string Purpose, bool WithUser) : ManagementLine;

    /// <summary>The server did not accept them.</summary>
    internal sealed record PasswordRefused : ManagementLine;

    /// <summary>It is in another state.</summary>
    internal sealed record State(string Name, string What, IPEndPoint? Remote) : ManagementLine;

    /// <summary>Its device is there, or no more; settings follow.</summary>
    internal sealed record UpDown(bool IsUp) : ManagementLine;

    /// <summary>What the profile and the server say about the tunnel, as scripts would be told.</summary>
    internal sealed record Setting(string Name, string Value) : ManagementLine;
}
