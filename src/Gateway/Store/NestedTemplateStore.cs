using System.Security.Cryptography;
using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>A template as the store keeps it: text, not yet read.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Text">The document as it was written.</param>
/// <param name="Author">Who saved it.</param>
/// <param name="Saved">When.</param>
public sealed record StoredTemplate(string Name, string Text, string Author, DateTimeOffset Saved);

/// <summary>An administrator's templates for clients inside desktops, and the key of their markers.</summary>
public sealed class NestedTemplateStore(Database database)
{
    /// <summary>Templates that are kept at most.</summary>
    public const int TemplatesMax = 100;

    const string Select = "select name as Name, text as Text, author as Author, saved as SavedMillis from nested_template";

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<StoredTemplate> List() => database.Read(connection =>
        connection.Query<Row>($"{Select} order by name").Select(row => row.ToTemplate()).ToList());

    /// <summary>One; null when there is none of that name.</summary>
    public StoredTemplate? Find(string name) => database.Read(connection =>
        connection.QueryFirstOrDefault<Row>($"{Select} where name = @name", new { name })?.ToTemplate());

    /// <summary>Makes one or replaces it. False when there are too many.</summary>
    public bool Save(string name, string text, string author) => database.Write(connection =>
    {
        if (connection.ExecuteScalar<int>("select count(*) from nested_template where name <> @name", new { name }) >= TemplatesMax) return false;
        connection.Execute("""
            insert into nested_template (name, text, author, saved) values (@name, @text, @author, @now)
            on conflict (name) do update set text = @text, author = @author, saved = @now
            """, new { name, text, author, now = database.Now });
        return true;
    });

    /// <summary>Removes one. False when there was none.</summary>
    public bool Delete(string name) =>
        database.Write(connection => connection.Execute("delete from nested_template where name = @name", new { name }) > 0);

    /// <summary>The key of this node's markers; made when it is wanted for the first time.</summary>
    /// <param name="bytes">Its length.</param>
    public byte[] MarkerKey(int bytes) => database.Write(connection =>
    {
        connection.Execute("insert or ignore into nested_key (id, key) values (1, @fresh)", new { fresh = RandomNumberGenerator.GetBytes(bytes) });
        return connection.QuerySingle<byte[]>("select key from nested_key where id = 1");
    });

    sealed class Row
    {
        public string Name { get; init; } = "";
        public string Text { get; init; } = "";
        public string Author { get; init; } = "";
        public long SavedMillis { get; init; }

        public StoredTemplate ToTemplate() => new(Name, Text, Author, Database.Instant(SavedMillis));
    }
}
