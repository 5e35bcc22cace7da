using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Store;

/// <summary>A real database in a directory of its own, with a clock that the test moves.</summary>
public sealed class TestStore : IDisposable
{
    public TestStore()
    {
        Root = System.IO.Directory.CreateTempSubdirectory("remotechain-test-").FullName;
        Path = System.IO.Path.Combine(Root, "data");
        Open();
    }

    public string Root { get; }
    public string Path { get; }
    public TestClock Time { get; } = new();
    public DataDirectory Directory { get; private set; } = null!;
    public Database Database { get; private set; } = null!;

    /// <summary>What a restart of the node does to the store.</summary>
    public void Reopen()
    {
        Close();
        Open();
    }

    public void Dispose()
    {
        Close();
        System.IO.Directory.Delete(Root, recursive: true);
    }

    void Open()
    {
        Directory = DataDirectory.Open(Path);
        Database = new Database(Directory.DatabaseFile, Time);
    }

    void Close()
    {
        Database.Dispose();
        Directory.Dispose();
    }
}

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class TestClock : TimeProvider
{
    DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}

static class ChainStoreExtensions
{
    /// <summary>Saves on top of whatever is there.</summary>
    public static int SaveAnyway(this ChainStore chains, string name, string text, string author, long? ownerId,
        IReadOnlyList<long> secretIds) =>
        chains.Save(name, text, author, ownerId, secretIds, (chains.Find(name) ?? chains.FindDeleted(name))?.Version ?? 0);
}
