using Dapper;
using Microsoft.Data.Sqlite;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Store;

public sealed class AuditLogTests : IDisposable
{
    readonly TestStore _store = new();
    readonly AuditLog _log;

    public AuditLogTests() => _log = new(_store.Database);

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("delete from audit")]
    [InlineData("update audit set actor = 'mallory'")]
    [InlineData("insert or replace into audit (id, at, action, actor, subject, address, detail) values (1, 0, '', 'mallory', '', '', '')")]
    public void Change_AnyWay_IsRefusedByTheDatabase(string sql)
    {
        _log.Append(new(AuditAction.SessionOpened, "alice", "site", "192.0.2.1"));

        Assert.Throws<SqliteException>(() => _store.Database.Write(connection => connection.Execute(sql)));

        Assert.Equal("alice", Assert.Single(_log.Read(new())).Actor);
    }

    [Fact]
    public void Append_TextFromStrangers_IsShortenedAndPrintable()
    {
        _log.Append(new(AuditAction.SignInRefused, "eve\u001b[2J\n" + new string('x', 10_000), "rdp"));

        var record = Assert.Single(_log.Read(new()));
        Assert.StartsWith("eve?[2J?x", record.Actor);
        Assert.Equal(512, record.Actor.Length);
    }

    [Fact]
    public void Read_PageByPage_CoversAllInOrder()
    {
        for (var i = 0; i < 25; i++)
        {
            _log.Append(new(AuditAction.SessionOpened, i % 2 == 0 ? "alice" : "bob", $"s{i}"));
            _store.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var seen = new List<string>();
        for (long after = 0; ;)
        {
            var page = _log.Read(new(After: after, Newest: false, Limit: 10));
            if (page.Count == 0) break;
            seen.AddRange(page.Select(record => record.Subject));
            after = page[^1].Id;
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"s{i}"), seen);
        Assert.Equal(["s23", "s24"], _log.Read(new(Limit: 2)).Select(record => record.Subject));
        Assert.Equal(12, _log.Read(new(Actor: "BOB")).Count);
        Assert.Equal(5, _log.Read(new(Since: _store.Time.GetUtcNow() - TimeSpan.FromMinutes(5))).Count);
        Assert.Empty(_log.Read(new(Action: "session-killed")));
        Assert.Equal("session-opened", _log.Read(new(Limit: 1))[0].Action);
    }
}
