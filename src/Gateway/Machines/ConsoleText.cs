using System.Text;
using System.Text.RegularExpressions;

namespace RemoteChain.Gateway.Machines;

/// <summary>What a serial port sent, as lines to read: a page is no terminal, so colours and movements of a cursor are left out.</summary>
public static partial class ConsoleText
{
    /// <summary>Printable lines. Never throws; the result is no longer than <paramref name="sent"/>.</summary>
    public static string Plain(string sent)
    {
        var text = Sequence().Replace(sent, "");
        var (shown, line, at) = (new StringBuilder(text.Length), new StringBuilder(), 0);
        foreach (var letter in text)
        {
            switch (letter)
            {
                case '\n':
                    shown.Append(line).Append('\n');
                    line.Clear();
                    at = 0;
                    break;
                case '\r':
                    at = 0;
                    break;
                case '\b':
                    at = Math.Max(0, at - 1);
                    break;
                default:
                    if (char.IsControl(letter) && letter != '\t') break;
                    // What comes after a return is written over what stood there, as a progress bar wants it.
                    if (at < line.Length) line[at] = letter;
                    else line.Append(letter);
                    at++;
                    break;
            }
        }
        return shown.Append(line).ToString();
    }

    // ECMA-48: control sequences, strings that end with a terminator (titles of windows), and the rest of two letters; also one that is cut off.
    [GeneratedRegex(@"\e(?:\[[0-?]*[ -/]*(?:[@-~]|\z)|[\]PX^_][^\a\e]*(?:\a|\e\\|\z)|[ -/]*[0-Z\\`-~]|\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Sequence();
}
