using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Store;

public sealed class SessionRecordsTests : IDisposable
{
    readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Newest_GivesBackWhatWasKept()
    {
        var records = new SessionRecords(_store.Database);
        var start = _store.Time.GetUtcNow();
        var first = new SessionRecord("a", "site", "alice", start, start.AddHours(1), 2, 0, "ended by alice");
        var second = new SessionRecord("b", "site", "bob", start, start.AddHours(2), 1, 3, "layer 1 (rdp): the host closed the connection");
        records.Append(second);
        records.Append(first);

        Assert.Equal([second, first], records.Newest(null, 10));
        Assert.Equal([first], records.Newest("Alice", 10));
        Assert.Equal([second], records.Newest(null, 1));
    }
}
