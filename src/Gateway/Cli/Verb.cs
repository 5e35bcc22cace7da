using System.CommandLine;

namespace RemoteChain.Gateway.Cli;

/// <summary>A command with examples for its help.</summary>
class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines, without the program's name.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>What a command that talks to a node works with.</summary>
/// <param name="Line">What was typed.</param>
/// <param name="Client">The node.</param>
/// <param name="Terminal">The user.</param>
/// <param name="AsJson">Whether the answer is wanted as JSON.</param>
/// <param name="Cancellation">Ctrl+C.</param>
sealed record Call(ParseResult Line, NodeClient Client, Terminal Terminal, bool AsJson, CancellationToken Cancellation)
{
    /// <summary>An argument or option that has a value.</summary>
    public T Value<T>(Argument<T> argument) => Line.GetValue(argument)!;

    /// <summary>An option; null or false when it was not given.</summary>
    public T? Value<T>(Option<T> option) => Line.GetValue(option);

    /// <summary>Prints an answer: as it is with <c>--json</c>, else as <paramref name="forPeople"/> shows it.</summary>
    public void Show<T>(string json, Action<T> forPeople)
    {
        if (AsJson) Terminal.Json(json);
        else forPeople(NodeClient.Read<T>(json));
    }

    /// <summary>Says that something was done; an empty object with <c>--json</c>.</summary>
    public void Done(string sentence)
    {
        if (AsJson) Terminal.Json("{}");
        else Terminal.Error.WriteLine(sentence);
    }
}
