namespace RemoteChain.Gateway.Tests.Workers;

/// <summary>The worker that was built beside the node.</summary>
internal static class BuiltWorker
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string path = System.IO.Path.Combine(at.FullName, "src", "Gateway", "bin", configuration, "net10.0", "worker", "RemoteChain.Worker");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException("the worker is not built: build src/Gateway");
    }
}
