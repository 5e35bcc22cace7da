using Dapper;
using Microsoft.Data.Sqlite;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Store;

public sealed class DatabaseTests : IDisposable
{
    readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Open_UsesTheSystemsSqlite()
    {
        var mapped = File.ReadLines("/proc/self/maps").Where(line => line.Contains("sqlite", StringComparison.Ordinal)
            && line.Contains(".so", StringComparison.Ordinal));

        Assert.NotEmpty(mapped);
        Assert.All(mapped, line => Assert.Contains("/libsqlite3.so.0", line));
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "*e_sqlite3.so", SearchOption.AllDirectories));
        Assert.Equal(_store.Database.SqliteVersion, _store.Database.Read(
            connection => connection.ExecuteScalar<string>("select sqlite_version()")));
    }

    [Fact]
    public void Open_MakesEverythingPrivate()
    {
        new AuditLog(_store.Database).Append(new(AuditAction.NodeStarted, "", ""));

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_store.Path) & others);
        foreach (var file in Directory.EnumerateFileSystemEntries(_store.Path, "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & others);
    }

    [Fact]
    public void Open_DirectoryThatOthersMayEnter_IsClosed()
    {
        _store.Database.Dispose();
        _store.Directory.Dispose();
        File.SetUnixFileMode(_store.Path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        using var again = DataDirectory.Open(_store.Path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_store.Path));
    }

    [Fact]
    public void Dispose_LeavesOneFile()
    {
        var log = new AuditLog(_store.Database);
        log.Append(new(AuditAction.NodeStarted, "", ""));
        log.Read(new());

        _store.Database.Dispose();

        Assert.Equal(["remotechain.db"], Directory.GetFiles(_store.Path, "remotechain.db*").Select(Path.GetFileName));
    }

    [Fact]
    public void Open_HeldByAnotherNode_IsRefusedWithASentence()
    {
        var refused = Assert.Throws<StoreException>(() => DataDirectory.Open(_store.Path));

        Assert.Contains("Another node already uses", refused.Message);
    }

    [Fact]
    public void Open_DatabaseOfANewerVersion_IsRefused()
    {
        _store.Database.Write(connection => connection.Execute("insert into migration values (999, '999-future', 0)"));
        _store.Database.Dispose();

        var refused = Assert.Throws<StoreException>(() => new Database(_store.Directory.DatabaseFile, _store.Time));

        Assert.Contains("newer version", refused.Message);
    }

    [Fact]
    public void Open_NotADatabase_IsRefusedWithASentence()
    {
        var file = Path.Combine(_store.Path, "other.db");
        File.WriteAllText(file, new string('x', 4096));

        var refused = Assert.Throws<StoreException>(() => new Database(file, _store.Time));

        Assert.Contains("cannot be used", refused.Message);
    }

    [Fact]
    public void Write_Fails_LeavesNothingBehind()
    {
        Assert.Throws<InvalidOperationException>(() => _store.Database.Write(connection =>
        {
            connection.Execute("insert into sign_in_lock values ('x', 1)");
            throw new InvalidOperationException();
        }));

        Assert.Equal(0, _store.Database.Read(connection => connection.ExecuteScalar<int>("select count(*) from sign_in_lock")));
    }

    [Fact]
    public void Read_CannotWrite() =>
        Assert.Throws<SqliteException>(() => _store.Database.Read(connection =>
            connection.Execute("insert into sign_in_lock values ('x', 1)")));

    [Fact]
    public async Task ReadersAndWriters_AtOnce_AllSucceed()
    {
        var log = new AuditLog(_store.Database);
        var work = Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                if (worker % 2 == 0) log.Append(new(AuditAction.SessionOpened, $"w{worker}", $"s{i}"));
                else log.Read(new AuditQuery());
            }
        }));

        await Task.WhenAll(work);

        Assert.Equal(200, log.Read(new AuditQuery(Limit: AuditLog.PageMax)).Count);
    }
}
