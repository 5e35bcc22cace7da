using System.Globalization;
using System.Text;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>How values are written into what is typed.</summary>
public enum TemplateQuoting
{
    /// <summary>As they are, each line an argument that no shell reads. A line with an empty value is left out.</summary>
    Lines,

    /// <summary>As expressions of PowerShell.</summary>
    PowerShell,
}

/// <summary>What a template's placeholders stand for.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="User">May be empty.</param>
/// <param name="Domain">May be empty.</param>
/// <param name="Password">May be empty.</param>
/// <param name="Certificate">Whom to trust, in the words of FreeRDP's <c>/cert:</c>.</param>
/// <param name="Keyboard">Windows keyboard layout.</param>
/// <param name="Shell">Alternate shell of the desktop; may be empty.</param>
public sealed record TemplateValues(
    string Host, int Port, string User, string Domain, string Password, string Certificate, uint Keyboard, string Shell)
{
    /// <summary>Nothing: it holds a password.</summary>
    public override string ToString() => Host;
}

/// <summary>How a client is started inside a desktop. Made by <see cref="TemplateDocument"/>, which checks it.</summary>
/// <param name="Name">As chains refer to it.</param>
/// <param name="Description">For people.</param>
/// <param name="Shell">The alternate shell of the desktop, with <c>{rows}</c> and <c>{word}</c> for its marker.</param>
/// <param name="Quoting">How values are written into <paramref name="Typed"/>.</param>
/// <param name="Typed">The lines that are typed when the script asks, with placeholders.</param>
/// <param name="Causes">What the client's exit codes mean.</param>
/// <param name="KeysInside">Chords that the desktop keeps for itself, and what to press instead for the desktop inside.</param>
/// <param name="KeysOutside">Chords that reach the desktop itself although the client shows the one inside.</param>
public sealed record NestedTemplate(
    string Name,
    string Description,
    string Shell,
    TemplateQuoting Quoting,
    IReadOnlyList<string> Typed,
    IReadOnlyDictionary<int, FailureCause> Causes,
    IReadOnlyDictionary<string, string> KeysInside,
    IReadOnlyList<string> KeysOutside)
{
    /// <summary>The words that may stand in braces in what is typed.</summary>
    public static readonly IReadOnlyList<string> Placeholders =
        ["address", "host", "port", "user", "domain", "account", "password", "certificate", "keyboard", "shell"];

    /// <summary>The alternate shell for a marker.</summary>
    public string ShellFor(Marker marker) => Shell
        .Replace("{rows}", string.Join(' ', marker.Rows.AsEnumerable()), StringComparison.Ordinal)
        .Replace("{word}", marker.Word, StringComparison.Ordinal);

    /// <summary>What is typed, as UTF-8; the caller zeroes it.</summary>
    public byte[] Fill(TemplateValues values)
    {
        var text = new StringBuilder();
        foreach (string line in Typed)
        {
            if (Fill(line, values) is { } filled)
            {
                text.Append(filled).Append('\n');
            }
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        text.Clear();
        return bytes;
    }

    /// <summary>What an exit code of the client means, as a failure of this layer.</summary>
    public Failure FailureOf(int code)
    {
        string detail = $"{Name} ended with code {code.ToString(CultureInfo.InvariantCulture)}";
        var cause = Causes.GetValueOrDefault(code, FailureCause.ConnectionLost);
        return new Failure(StageOf(cause), cause, detail);
    }

    private static FailureStage StageOf(FailureCause cause) => cause switch
    {
        FailureCause.Unreachable or FailureCause.Refused or FailureCause.NameUnknown or FailureCause.TimedOut => FailureStage.Dial,
        FailureCause.CertificateChanged => FailureStage.Tls,
        FailureCause.WrongCredentials or FailureCause.AccountLocked or FailureCause.AccessDenied => FailureStage.SignIn,
        _ => FailureStage.Run,
    };

    private string? Fill(string line, TemplateValues values)
    {
        var filled = new StringBuilder();
        int at = 0;
        while (line.IndexOf('{', at) is var open and >= 0)
        {
            int close = line.IndexOf('}', open);
            filled.Append(line, at, open - at);
            string value = ValueOf(line[(open + 1)..close], values);
            if (Quoting == TemplateQuoting.Lines && value.Length == 0)
            {
                return null;
            }

            filled.Append(Quoting == TemplateQuoting.PowerShell ? PowerShell(value) : OneLine(value));
            at = close + 1;
        }

        return filled.Append(line, at, line.Length - at).ToString();
    }

    private static string ValueOf(string placeholder, TemplateValues values) => placeholder switch
    {
        "address" => string.Create(CultureInfo.InvariantCulture,
            $"{(values.Host.Contains(':', StringComparison.Ordinal) ? $"[{values.Host}]" : values.Host)}:{values.Port}"),
        "host" => values.Host,
        "port" => values.Port.ToString(CultureInfo.InvariantCulture),
        "user" => values.User,
        "domain" => values.Domain,
        "account" => values.Domain.Length == 0 ? values.User : $@"{values.Domain}\{values.User}",
        "password" => values.Password,
        "certificate" => values.Certificate,
        "keyboard" => $"0x{values.Keyboard:X8}",
        _ => values.Shell,
    };

    /// <summary>A line's end inside of a value would begin an argument of its own.</summary>
    private static string OneLine(string value) => string.Concat(value.Where(letter => letter is not ('\n' or '\r' or '\0')));

    /// <summary>Letters, digits and a few signs as they are, everything else by its number, so that no quote can end the text.</summary>
    private static string PowerShell(string value)
    {
        var text = new StringBuilder("(''");
        bool isQuoted = false;
        foreach (char letter in value)
        {
            bool isPlain = char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '.' or ':' or '/' or '-' or '_' or '[' or ']';
            if (isPlain != isQuoted)
            {
                text.Append(isPlain ? "+'" : "'");
                isQuoted = isPlain;
            }

            text.Append(isPlain ? letter : string.Create(CultureInfo.InvariantCulture, $"+[char]{(int)letter}"));
        }

        return text.Append(isQuoted ? "')" : ")").ToString();
    }
}
