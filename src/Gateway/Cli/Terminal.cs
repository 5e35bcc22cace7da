using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RemoteChain.Gateway.Cli;

/// <summary>The streams that a command talks through. Standard output is for results, standard error for talk and questions.</summary>
sealed class Terminal(TextReader input, TextWriter output, TextWriter error, bool interactive)
{
    static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The process's own streams.</summary>
    public static Terminal Real => new(Console.In, Console.Out, Console.Error, !Console.IsInputRedirected);

    /// <summary>Results.</summary>
    public TextWriter Output => output;

    /// <summary>Talk.</summary>
    public TextWriter Error => error;

    /// <summary>Whether somebody can answer a question.</summary>
    public bool Interactive => interactive;

    /// <summary>Whether results go to a screen that can be drawn over.</summary>
    public bool IsScreen => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Prints JSON as received, indented.</summary>
    public void Json(string json) => output.WriteLine(json.Length == 0 ? "{}" : JsonNode.Parse(json)!.ToJsonString(s_indented));

    /// <summary>Prints rows in columns as wide as their contents; a sentence when there are none.</summary>
    public void Table(string[] headings, IEnumerable<string[]> rows, string whenEmpty)
    {
        var all = rows.Select(row => row.Select(Printable).ToArray()).ToList();
        if (all.Count == 0)
        {
            error.WriteLine(whenEmpty);
            return;
        }
        var widths = headings.Select((heading, column) => Math.Max(heading.Length, all.Max(row => row[column].Length))).ToArray();
        if (headings.Any(heading => heading.Length > 0)) Row(headings);
        all.ForEach(Row);

        void Row(string[] cells) =>
            output.WriteLine(string.Join("  ", cells.Select((cell, column) => column == cells.Length - 1 ? cell
                : cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>Reads a password without echo, or the first line of redirected input.</summary>
    public string Password(string prompt)
    {
        if (!interactive) return input.ReadLine() ?? "";
        error.Write($"{prompt}: ");
        var text = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar)) text.Append(key.KeyChar);
        }
        error.WriteLine();
        return text.ToString();
    }

    /// <summary>Reads a new password twice when somebody types it, once from redirected input.</summary>
    public string NewPassword(string prompt)
    {
        var first = Password(prompt);
        if (interactive && Password($"{prompt} again") != first)
            throw new CommandException(ExitCode.Usage, "The two were not the same; nothing was changed.");
        return first;
    }

    /// <summary>Reads a line; empty when nobody can answer.</summary>
    public string Ask(string prompt)
    {
        if (!interactive) return "";
        error.Write($"{prompt}: ");
        return input.ReadLine() ?? "";
    }

    /// <summary>Asks before a loss. Throws unless the answer is yes.</summary>
    public void Confirm(string question, bool yes)
    {
        if (yes) return;
        if (!interactive)
            throw new CommandException(ExitCode.Usage, $"{question} Nobody is here to ask; add --yes to do it without asking.");
        error.Write($"{question} [y/N] ");
        if (!(input.ReadLine() ?? "").Trim().StartsWith("y", StringComparison.OrdinalIgnoreCase))
            throw new CommandException(ExitCode.Failed, "Nothing was changed.");
    }

    /// <summary>All of redirected input.</summary>
    public string ReadAll() => input.ReadToEnd();

    /// <summary>A moment as lists show it: local time to the second.</summary>
    public static string Moment(DateTimeOffset moment) => moment.ToLocalTime()
        .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in the largest unit that says enough.</summary>
    public static string Age(DateTimeOffset moment)
    {
        var age = DateTimeOffset.UtcNow - moment;
        return age.TotalMinutes < 1 ? "just now" : age.TotalHours < 1 ? $"{(int)age.TotalMinutes} min" : age.TotalDays < 1
            ? $"{(int)age.TotalHours} h" : $"{(int)age.TotalDays} d";
    }

    // Names of clients, subjects of certificates: strangers must not steer the terminal.
    static string Printable(string text) => text.Any(char.IsControl) ? new([.. text.Select(c => char.IsControl(c) ? '?' : c)]) : text;
}
