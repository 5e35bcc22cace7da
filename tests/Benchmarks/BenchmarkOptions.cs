using System.Globalization;

namespace RemoteChain.Benchmarks;

/// <summary>The words after the benchmark's name: <c>--json</c> and <c>--name value</c>.</summary>
public sealed class BenchmarkOptions(string[] arguments)
{
    /// <summary>Whether standard output is for a program.</summary>
    public bool Json => arguments.Contains("--json");

    /// <summary>Whether a cut that ends within ten minutes is enough.</summary>
    public bool Quick => arguments.Contains("--quick");

    /// <summary>Whether <c>--name</c> was given.</summary>
    public bool Has(string name) => arguments.Contains($"--{name}");

    /// <summary>A whole number given as <c>--name value</c>, or the default.</summary>
    public int Number(string name, int otherwise)
    {
        int at = Array.IndexOf(arguments, $"--{name}");
        return at < 0 ? otherwise : int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
    }

    /// <summary>A word given as <c>--name word</c>, or null.</summary>
    public string? Word(string name) => Array.IndexOf(arguments, $"--{name}") is >= 0 and var at ? arguments[at + 1] : null;

    /// <summary>The words as they were given, but not where something is kept: that is of one machine only.</summary>
    public override string ToString()
    {
        var said = arguments.Where((word, at) => word != "--keep" && (at == 0 || arguments[at - 1] != "--keep"));
        return $"bench {string.Join(' ', said.Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word))}";
    }

    /// <summary>Tells the person who waits.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);
}
