using System.Text.RegularExpressions;

namespace RemoteChain.Repo;

/// <summary>The repository's own files, found from where the tests run. Works in an unpacked archive as well as in a clone.</summary>
static partial class SourceTree
{
    static readonly string[] s_skippedFolders = ["bin", "obj", "artifacts", ".git", "TestResults", "node_modules"];

    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every file that people wrote, as paths from the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(Relative).Order(StringComparer.Ordinal)];

    /// <summary>Files with one of these endings.</summary>
    public static IEnumerable<string> With(params string[] endings) =>
        Files.Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>A file's text.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>A file's lines.</summary>
    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    /// <summary>C# without its comments and the contents of its strings, line for line, so that words in them are not taken for
    /// code.</summary>
    public static string[] CodeLines(string file) =>
        CommentsAndStrings().Replace(Read(file), match => new string('\n', match.Value.Count(c => c == '\n'))).Split('\n');

    /// <summary>Fails with one line per finding.</summary>
    public static void None(string rule, IEnumerable<string> findings)
    {
        var found = findings.ToList();
        Assert.True(found.Count == 0, $"{rule}\n  {string.Join("\n  ", found)}");
    }

    static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder)
                .Where(child => !s_skippedFolders.Contains(Path.GetFileName(child)) && new DirectoryInfo(child).LinkTarget is null)
                .SelectMany(Walk));

    static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "RemoteChain.sln"))) return folder.FullName;
        throw new InvalidOperationException($"no RemoteChain.sln above {AppContext.BaseDirectory}");
    }

    // In this order, so that a quote inside a comment and a slash inside a string are not taken for the beginning of something.
    [GeneratedRegex(""""//[^\n]*|/\*.*?\*/|"""+.*?"""+|\$?@"(?:[^"]|"")*"|@\$"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'"""", RegexOptions.Singleline)]
    private static partial Regex CommentsAndStrings();
}
