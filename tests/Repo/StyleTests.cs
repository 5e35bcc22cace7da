using System.Text.RegularExpressions;

namespace RemoteChain.Repo;

/// <summary>Names, sizes and places of C# files.</summary>
public sealed class StyleTests
{
    const int LinesMax = 700;
    const int SafetyLinesAround = 12;

    static readonly string[] s_bannedSuffixes =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Service", "Processor", "Info", "Data", "Impl", "Dto", "Common"];

    static readonly string[] s_mayBeUnsafe = ["src/FreeRdp.Net/", "src/Surface/", "src/Worker/", "src/Tunnels/", "src/Emulator/", "tests/"];

    static IEnumerable<string> Sources => SourceTree.With(".cs");

    [Fact]
    public void Types_HaveNamesThatMeanSomething() => SourceTree.None(
        $"these names end in one of {string.Join(", ", s_bannedSuffixes)}:",
        from file in Sources
        where !IsTranscription(file)
        from line in SourceTree.CodeLines(file)
        from Match type in Regex.Matches(line, @"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)")
        where s_bannedSuffixes.Any(suffix => type.Groups[1].Value.EndsWith(suffix, StringComparison.Ordinal))
        select $"{file}: {type.Groups[1].Value}");

    [Fact]
    public void Files_AreShortEnoughToRead() => SourceTree.None(
        $"longer than {LinesMax} lines; split them where their second subject begins:",
        Sources.Where(file => SourceTree.Lines(file).Length > LinesMax));

    [Fact]
    public void Folders_AreNamespaces() => SourceTree.None(
        "folder and namespace differ:",
        from file in Sources
        where file.StartsWith("src/", StringComparison.Ordinal) && !IsTranscription(file)
        let declared = SourceTree.CodeLines(file).Select(line => Regex.Match(line, @"^namespace ([\w.]+)"))
            .FirstOrDefault(match => match.Success)?.Groups[1].Value
        where declared is not null
        let folders = file.Split('/')[1..^1]
        let expected = string.Join('.', [folders[0] == "FreeRdp.Net" ? "FreeRdp" : $"RemoteChain.{folders[0]}", .. folders[1..]])
        where !declared.Equals(expected, StringComparison.Ordinal) && !declared.Equals(
            expected.Replace("FreeRdp", "FreeRdp.Net", StringComparison.Ordinal), StringComparison.Ordinal)
        select $"{file}: {declared} instead of {expected}");

    [Fact]
    public void Unsafe_OnlyWhereItMayBe() => SourceTree.None(
        "`unsafe` belongs to FreeRdp.Net, Surface, Worker, Tunnels and Emulator (tests may):",
        Sources.Where(file => !s_mayBeUnsafe.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)) && IsUnsafe(file)));

    // Native/ only declares: what makes a call safe is said where it is made. The parts of one type are taken together.
    [Fact]
    public void Unsafe_SaysWhyItHolds() => SourceTree.None(
        "`unsafe` types without a single `// SAFETY:` line:",
        Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && !IsTranscription(file))
            .GroupBy(file => file[..(file.LastIndexOf('/') + 1)] + Path.GetFileName(file).Split('.')[0])
            .Where(parts => parts.Any(IsUnsafe) && !parts.Any(file =>
                SourceTree.Read(file).Contains("// SAFETY:", StringComparison.Ordinal)))
            .Select(parts => parts.Key));

    [Fact]
    public void UnsafeBlocks_SayWhyTheyHold() => SourceTree.None(
        $"an unsafe block without a `// SAFETY:` line within {SafetyLinesAround} lines:",
        from file in Sources
        where file.StartsWith("src/", StringComparison.Ordinal)
        let code = SourceTree.CodeLines(file)
        from number in Enumerable.Range(0, code.Length)
        where Regex.IsMatch(code[number], @"^\s*unsafe\s*\{?\s*$")
        let around = SourceTree.Lines(file).Skip(Math.Max(0, number - SafetyLinesAround)).Take(SafetyLinesAround + 3)
        where !around.Any(line => line.Contains("// SAFETY:", StringComparison.Ordinal))
        select $"{file}:{number + 1}");

    [Fact]
    public void Comments_LeaveNoTodoWithoutAName() => SourceTree.None(
        "a TODO without a name is nobody's:",
        from file in Sources
        where !file.EndsWith("StyleTests.cs", StringComparison.Ordinal)
        from line in SourceTree.Lines(file)
        where Regex.IsMatch(line, @"\b(TODO|FIXME|HACK|XXX)\b(?!\()")
        select $"{file}: {line.Trim()}");

    [Fact]
    public void Regions_AreNotUsed() => SourceTree.None(
        "#region hides what a second file should hold:",
        Sources.Where(file => SourceTree.CodeLines(file).Any(line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal))));

    [Fact]
    public void Async_NamesSayIt() => SourceTree.None(
        "methods that return a task end in Async (tests and Main may not):",
        from file in Sources
        where file.StartsWith("src/", StringComparison.Ordinal)
        from line in SourceTree.CodeLines(file)
        let method = Regex.Match(
            line, @"^\s*(?:(?:public|private|internal|protected|static|async|override|virtual|abstract|sealed|partial)\s+)*(?:Value)?Task(?:<[^=]*>)?\s+(\w+)\s*(?:<\w+>)?\(")
        where method.Success && !method.Groups[1].Value.EndsWith("Async", StringComparison.Ordinal)
        select $"{file}: {method.Groups[1].Value}");

    static bool IsTranscription(string file) => file.StartsWith("src/", StringComparison.Ordinal)
        && file.Contains("/Native/", StringComparison.Ordinal);

    static bool IsUnsafe(string file) => SourceTree.CodeLines(file).Any(line => Regex.IsMatch(line, @"\bunsafe\b"));
}
