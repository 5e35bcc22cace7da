using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>
/// Brings a database to the present schema: numbered SQL files, embedded, each applied once, in order, in a transaction of its own.
/// A file that was released is never edited; a change is the next number.
/// </summary>
static class Migrations
{
    const string Prefix = "RemoteChain.Gateway.Store.Migrations.";

    public static void Apply(SqliteConnection connection, long nowUnixMillis)
    {
        connection.Execute("create table if not exists migration (number integer primary key, name text not null, applied integer not "
            + "null) strict");
        var applied = connection.ExecuteScalar<long?>("select max(number) from migration") ?? 0;
        var known = All();
        if (applied > known[^1].Number)
        {
            throw new StoreException(
                $"The database was written by a newer version (schema {applied}, this version knows {known[^1].Number}). Use that "
                    + "version, or restore a backup.");
        }

        foreach (var (number, name, sql) in known.Where(migration => migration.Number > applied))
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(sql, transaction: transaction);
            connection.Execute("insert into migration values (@number, @name, @nowUnixMillis)", new { number, name, nowUnixMillis },
                transaction);
            transaction.Commit();
        }
    }

    static (int Number, string Name, string Sql)[] All()
    {
        var assembly = typeof(Migrations).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(resource =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                    var name = resource[Prefix.Length..^".sql".Length];
                    return (int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture), name, reader.ReadToEnd());
                })
                .OrderBy(migration => migration.Item1),
        ];
    }
}
