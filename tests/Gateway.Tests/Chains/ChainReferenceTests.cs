using RemoteChain.Gateway.Chains;

namespace RemoteChain.Gateway.Tests.Chains;

public sealed class ChainReferenceTests
{
    // The document is written for people, the kinds are the truth: they must not drift apart.
    [Fact]
    public void Reference_TellsEveryKindAndKeyAsTheCodeDoes()
    {
        var reference = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "chains.md"));
        foreach (var kind in LayerKind.All)
        {
            Assert.Contains($"`{kind.Word}`: ", reference);
            foreach (var key in kind.Keys)
                Assert.Contains($"| `{key.Name}` | {key.Values.Replace("|", "\\|", StringComparison.Ordinal)} | "
                    + $"{key.Default ?? "required"} | {key.Meaning} |", reference);
        }
    }

    [Fact]
    public void Reference_ItsExampleIsAValidChain()
    {
        var reference = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "chains.md"));
        var start = reference.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        Assert.Empty(ChainDocument.Parse(reference[start..reference.IndexOf("```", start, StringComparison.Ordinal)]).Errors);
    }

    static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RemoteChain.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
