using System.Text.RegularExpressions;

namespace RemoteChain.Repo;

/// <summary>Documents, scripts and everything else that is committed.</summary>
public sealed class DocumentTests
{
    const int FileBytesMax = 1 << 20;

    // Put together here, so that this file does not contain what it looks for.
    static readonly string[] s_notOurs = ["/wo" + "rk/", "/tmp/" + "src", "nuget" + ".org", "npm" + "js."];

    static readonly string[] s_textEndings = [".cs", ".csproj", ".props", ".targets", ".md", ".sh", ".yaml", ".yml", ".json", ".sql",
        ".service", ".list", ".sln", "remotechain", "run"];

    [Fact]
    public void Links_LeadSomewhere() => SourceTree.None(
        "these links lead nowhere:",
        from file in SourceTree.With(".md")
        from Match link in Regex.Matches(WithoutCode(SourceTree.Read(file)), @"\]\(([^)#\s]+)(?:#[^)]*)?\)")
        let target = link.Groups[1].Value
        where !Regex.IsMatch(target, @"^[a-z]+:")
        let path = Path.GetFullPath(Path.Combine(SourceTree.Root, Path.GetDirectoryName(file)!, target))
        where !File.Exists(path) && !Directory.Exists(path)
        select $"{file}: {target}");

    [Fact]
    public void Files_NameNoMachineAndNoRegistry() => SourceTree.None(
        "these name a path of somebody's machine or a package registry's host:",
        from file in SourceTree.With(s_textEndings)
        from line in SourceTree.Lines(file)
        from word in s_notOurs
        where line.Contains(word, StringComparison.Ordinal)
        select $"{file}: {line.Trim()}");

    [Fact]
    public void Files_AreSmall() => SourceTree.None(
        "large files do not belong into the repository:",
        SourceTree.Files.Where(file => new FileInfo(Path.Combine(SourceTree.Root, file)).Length > FileBytesMax));

    [Fact]
    public void TextFiles_EndWithALine() => SourceTree.None(
        "these have carriage returns, or no line end at their end:",
        SourceTree.With([.. s_textEndings.Except([".sln"])]).Where(file =>
        {
            var text = SourceTree.Read(file);
            return text.Length > 0 && (text[^1] != '\n' || text.Contains('\r', StringComparison.Ordinal));
        }));

    [Fact]
    public void Scripts_ArePlainShell() => SourceTree.None(
        "scripts of the repository begin with #!/bin/sh and stop at the first error:",
        from file in SourceTree.With(".sh").Where(file => file.StartsWith("deploy/steps/", StringComparison.Ordinal)).Append("remotechain")
        let text = SourceTree.Read(file)
        where text.StartsWith("#!", StringComparison.Ordinal) && !(text.StartsWith("#!/bin/sh\n", StringComparison.Ordinal)
            && Regex.IsMatch(text, @"^set -[a-z]*e", RegexOptions.Multiline))
        select file);

    [Fact]
    public void Decisions_AreNumberedWithoutGapsAndListNothingTwice()
    {
        var numbers = SourceTree.Files
            .Select(file => Regex.Match(file, @"^docs/adr/(\d{4})-[a-z0-9-]+\.md$")).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Order().ToList();

        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    [Fact]
    public void Words_OfTheArchitecture_AreExplainedOnce()
    {
        var words = Regex.Matches(SourceTree.Read("ARCHITECTURE.md"), @"^\| ([a-z, ]+) \|", RegexOptions.Multiline)
            .SelectMany(row => row.Groups[1].Value.Split(", ")).Where(word => word != "word").ToList();

        Assert.Contains("chain", words);
        Assert.Equal(words.Distinct(), words);
    }

    static string WithoutCode(string markdown) => Regex.Replace(markdown, "```.*?```|`[^`\n]*`", "", RegexOptions.Singleline);
}
