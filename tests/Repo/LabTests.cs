using System.Text.RegularExpressions;

namespace RemoteChain.Repo;

/// <summary>What tests take from the one lab that a whole run shares.</summary>
public partial class LabTests
{
    [Fact]
    public void Users_OfDesk1_AreOneTestClassEach()
    {
        // An xrdp session outlives the chain that opened it: whoever signs in as the same user finds the other test's desktop, keyboard and terminal.
        var shared = SourceTree.With(".cs").Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && file.Contains(".EndToEnd/", StringComparison.Ordinal))
            .SelectMany(file => User().Matches(SourceTree.Read(file)).Select(match => (User: match.Groups[1].Value, File: file))).Distinct()
            .GroupBy(use => use.User).Where(uses => uses.Count() > 1)
            .Select(uses => $"{uses.Key}: {string.Join(", ", uses.Select(use => use.File))}");
        SourceTree.None("A user of desk-1 belongs to one test class (lab up --users gives more).", shared);
    }

    [GeneratedRegex("\"(u[0-9]{2})\"")]
    private static partial Regex User();
}
