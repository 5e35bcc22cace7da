namespace RemoteChain.Gateway.Chains.Kinds;

/// <summary>A program in the innermost desktop, started there instead of the desktop's own shell.</summary>
/// <param name="Number">Place in the document.</param>
/// <param name="Command">The program line, as the host's shell reads it.</param>
public sealed record RuntimeLayer(int Number, string Command) : Layer(Number)
{
    /// <summary>MS-RDPBCGR 2.2.1.11.1.1: the alternate shell has at most 512 bytes of UTF-16 with its end.</summary>
    public const int CommandCharsMax = 255;

    /// <summary>The kind's keys and how they are read.</summary>
    public static LayerKind Definition { get; } = new(
        "runtime", "A program in the innermost desktop, started instead of its shell. The last layer.",
    [
        new("command", "a program line", "What the host starts; its own shell reads the line. At most 255 characters.", null),
    ],
    reader => new RuntimeLayer(
        reader.Number,
        Command: reader.Text("command", null, text => text.Length is > 0 and <= CommandCharsMax && !text.Any(char.IsControl),
            $"one line of 1 to {CommandCharsMax} characters")));

    /// <inheritdoc/>
    public override string Kind => "runtime";

    /// <summary>The program's name without its folder and arguments: those may be long.</summary>
    public override string Summary
    {
        get
        {
            string program = Command.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var first, ..] ? first : "";
            return program[(program.LastIndexOfAny(['/', '\\']) + 1)..].Trim('"', '\'');
        }
    }
}
