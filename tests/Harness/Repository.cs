namespace RemoteChain.Harness;

/// <summary>Where things lie in the checkout that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The checkout's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built node.</summary>
    public static string Node => Path.Combine(Root, "src", "Gateway", "bin", "Release", "net10.0", "RemoteChain.Gateway");

    /// <summary>The built node with its pages.</summary>
    public static string Portal => Path.Combine(Root, "src", "Portal", "bin", "Release", "net10.0", "RemoteChain.Portal");

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "RemoteChain.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("these programs run from inside the checkout that they were built in");
    }
}
