using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>
/// The node's SQLite file: one writer, any number of readers (WAL). SQLite is a library in this process and its calls block, so the
/// store's methods are synchronous and say so; each takes well under a millisecond apart from the write to disk.
/// </summary>
public sealed class Database : IDisposable
{
    const int BusyTimeoutSeconds = 5;

    readonly Lock _writing = new();
    readonly SqliteConnection _writer;
    readonly string _readers;

    /// <summary>Opens the file, making and migrating it as needed.</summary>
    /// <exception cref="StoreException">SQLite is missing, or the file is damaged or of a newer version.</exception>
    public Database(string file, TimeProvider time)
    {
        SqliteVersion = SqliteLibrary.Version;
        Time = time;
        _readers = ConnectionString(file, SqliteOpenMode.ReadOnly);
        _writer = new SqliteConnection(ConnectionString(file, SqliteOpenMode.ReadWriteCreate));
        try
        {
            MakePrivate(file);
            _writer.Open();
            _writer.Execute("pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on; pragma trusted_schema = "
                + "off;");
            Migrations.Apply(_writer, Now);
        }
        catch (SqliteException broken)
        {
            _writer.Dispose();
            throw new StoreException($"The database {file} cannot be used: {broken.Message}", broken);
        }
        catch
        {
            _writer.Dispose();
            throw;
        }
    }

    /// <summary>Version of the system's SQLite library.</summary>
    public string SqliteVersion { get; }

    /// <summary>The clock that every time in the store comes from.</summary>
    public TimeProvider Time { get; }

    internal long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    internal T Read<T>(Func<SqliteConnection, T> query)
    {
        using var reader = new SqliteConnection(_readers);
        reader.Open();
        return query(reader);
    }

    /// <summary>Runs one transaction; an exception rolls it back.</summary>
    internal T Write<T>(Func<SqliteConnection, T> change)
    {
        lock (_writing)
        {
            using var transaction = _writer.BeginTransaction(deferred: false);
            var result = change(_writer);
            transaction.Commit();
            return result;
        }
    }

    internal void Write(Action<SqliteConnection> change) => Write(connection =>
    {
        change(connection);
        return true;
    });

    internal static DateTimeOffset Instant(long unixMillis) => DateTimeOffset.FromUnixTimeMilliseconds(unixMillis);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_writing)
        {
            // The writer closes last: only it can fold the write-ahead log into the file, so that a stopped node's database is one file.
            SqliteConnection.ClearPool(new SqliteConnection(_readers));
            _writer.Dispose();
        }
    }

    static string ConnectionString(string file, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = file,
        Mode = mode,
        ForeignKeys = true,
        DefaultTimeout = BusyTimeoutSeconds,
        Pooling = mode == SqliteOpenMode.ReadOnly,
    }.ToString();

    // SQLite makes its files with the process's umask; the journal files take the mode of the database.
    static void MakePrivate(string file)
    {
        using var _ = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
