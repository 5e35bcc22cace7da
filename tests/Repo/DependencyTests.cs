using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RemoteChain.Repo;

/// <summary>Who may reference whom (ARCHITECTURE.md), between projects and inside the Gateway.</summary>
public sealed class DependencyTests
{
    // Who may reference whom between projects.
    static readonly Dictionary<string, string[]> s_projects = new()
    {
        ["FreeRdp.Net"] = [],
        ["RemoteChain.Surface"] = [],
        ["RemoteChain.Worker"] = ["FreeRdp.Net", "RemoteChain.Surface"],
        ["RemoteChain.Tunnels"] = ["RemoteChain.Surface"],
        ["RemoteChain.Emulator"] = ["RemoteChain.Surface"],
        ["RemoteChain.Machines"] = ["RemoteChain.Emulator", "RemoteChain.Surface"],
        // The worker, the keeper of tunnels and the process of a machine are built beside the node and never linked into it; that this stays so is a test of its own.
        ["RemoteChain.Gateway"] = ["RemoteChain.Surface", "RemoteChain.Worker", "RemoteChain.Tunnels", "RemoteChain.Machines"],
        ["RemoteChain.Portal"] = ["RemoteChain.Gateway"],
    };

    // Which packages a project may use; what is not listed may use none.
    static readonly Dictionary<string, string[]> s_packages = new()
    {
        ["RemoteChain.Gateway"] =
        [
            "Dapper", "Microsoft.AspNetCore.OpenApi", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.provider.e_sqlite3",
                "System.CommandLine", "YamlDotNet",
            "StackExchange.Redis", "OpenTelemetry", "OpenTelemetry.Exporter.OpenTelemetryProtocol",
        ],
        ["RemoteChain.Portal"] = ["QRCoder", "Radzen.Blazor"],
        ["RemoteChain.Emulator"] = ["Iced"],
    };

    // Folders of the Gateway and the folders that they may see; the node's own files (no folder) put all of them together.
    static readonly Dictionary<string, string[]> s_folders = new()
    {
        ["Store"] = [],
        ["Chains"] = ["Store"],
        ["Access"] = ["Store", "Chains"],
        ["Hops"] = ["Store", "Chains"],
        ["Workers"] = [],
        ["Lab"] = [],
        ["Machines"] = ["Store", "Chains", "Access", "Workers"],
        ["Latency"] = ["Store", "Chains"],
        ["Sessions"] = ["Store", "Chains", "Access", "Hops", "Workers", "Machines", "Latency"],
        ["Fronts"] = ["Store", "Chains", "Access", "Workers", "Latency", "Sessions"],
        ["Api"] = ["Store", "Chains", "Access", "Hops", "Machines", "Latency", "Sessions"],
        ["Cli"] = ["Store", "Chains", "Machines", "Latency", "Sessions", "Lab", "Api"],
    };

    static IEnumerable<string> Projects => SourceTree.With(".csproj").Where(file => file.StartsWith("src/", StringComparison.Ordinal));

    [Fact]
    public void Projects_ReferenceOnlyWhatTheArchitectureAllows() => SourceTree.None(
        "these references are not in ARCHITECTURE.md:",
        from project in Projects
        let name = Path.GetFileNameWithoutExtension(project)
        from reference in Elements(project, "ProjectReference")
        let target = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)
        where !s_projects.GetValueOrDefault(name, []).Contains(target)
        select $"{name} → {target}");

    [Fact]
    public void Projects_AreAllKnown() => SourceTree.None(
        "say in ARCHITECTURE.md and here what these may reference:",
        Projects.Select(Path.GetFileNameWithoutExtension).Where(name => !s_projects.ContainsKey(name!))!);

    [Fact]
    public void Gateway_NeverLinksNativeCode()
    {
        var beside = Elements("src/Gateway/RemoteChain.Gateway.csproj", "ProjectReference")
            .Where(reference => !((string)reference.Attribute("Include")!).Contains("Surface", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, beside.Count);
        Assert.All(beside, reference => Assert.Equal("false", (string?)reference.Attribute("ReferenceOutputAssembly")));
    }

    [Fact]
    public void Projects_UseOnlyThePackagesTheyMay() => SourceTree.None(
        "these packages are new to their project; if they belong there, say so here:",
        from project in Projects
        let name = Path.GetFileNameWithoutExtension(project)
        from package in Elements(project, "PackageReference")
        let id = (string)package.Attribute("Include")!
        where !s_packages.GetValueOrDefault(name, []).Contains(id)
        select $"{name}: {id}");

    [Fact]
    public void Packages_ListedCentrally_AreAllUsed()
    {
        // A pin is there for the version of a package that comes along with others.
        string[] pins = ["Microsoft.OpenApi"];
        var used = SourceTree.With(".csproj").SelectMany(project => Elements(project, "PackageReference"))
            .Select(package => (string)package.Attribute("Include")!).ToHashSet();
        SourceTree.None("nobody uses these packages of Directory.Packages.props:",
            Elements("Directory.Packages.props", "PackageVersion").Select(package => (string)package.Attribute("Include")!)
                .Where(id => !used.Contains(id) && !pins.Contains(id)));
    }

    [Fact]
    public void Projects_AreAllInTheSolution()
    {
        var solution = SourceTree.Read("RemoteChain.sln");
        SourceTree.None("not in the solution, so nobody builds them:",
            SourceTree.With(".csproj").Where(project => !solution.Contains(project.Replace('/', '\\'), StringComparison.Ordinal)));
    }

    [Fact]
    public void GatewayFolders_SeeOnlyWhatTheyMay() => SourceTree.None(
        "dependencies inside the Gateway point one way (ARCHITECTURE.md):",
        from file in SourceTree.With(".cs")
        where file.StartsWith("src/Gateway/", StringComparison.Ordinal) && file.Count(c => c == '/') > 2
        let folder = file.Split('/')[2]
        from line in SourceTree.CodeLines(file)
        from Match use in Regex.Matches(line, $@"\bRemoteChain\.Gateway\.(\w+)|(?<![\w.])({string.Join('|', s_folders.Keys)})\.(?=[A-Z])")
        let target = use.Groups[1].Success ? use.Groups[1].Value : use.Groups[2].Value
        where s_folders.ContainsKey(target) && target != folder && !s_folders.GetValueOrDefault(folder, []).Contains(target)
        select $"{file}: {folder} → {target}");

    [Fact]
    public void GatewayFolders_AreAllKnown() => SourceTree.None(
        "say in ARCHITECTURE.md and here what these folders of the Gateway may see:",
        SourceTree.With(".cs").Where(file => file.StartsWith("src/Gateway/", StringComparison.Ordinal) && file.Count(c => c == '/') > 2)
            .Select(file => file.Split('/')[2]).Distinct().Where(folder => !s_folders.ContainsKey(folder)));

    static IEnumerable<XElement> Elements(string file, string name) => XDocument.Parse(SourceTree.Read(file)).Descendants(name);
}
