using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>A machine as the store keeps it.</summary>
/// <param name="Name">Unique in the node.</param>
/// <param name="Template">The template's document as it was when the machine was made.</param>
/// <param name="Owner">Account name.</param>
/// <param name="MemoryMib">RAM.</param>
/// <param name="Mips">Million instructions a second at most.</param>
/// <param name="Created">When.</param>
/// <param name="Expires">When it is destroyed by itself; null for never.</param>
public sealed record StoredMachine(
    string Name, string Template, string Owner, int MemoryMib, int Mips, DateTimeOffset Created, DateTimeOffset? Expires);

/// <summary>Machines that outlive their sessions, and an administrator's templates.</summary>
public sealed class MachineStore(Database database)
{
    /// <summary>Templates that are kept at most.</summary>
    public const int TemplatesMax = 100;

    /// <summary>All machines, by name.</summary>
    public IReadOnlyList<StoredMachine> Machines() => database.Read(connection => connection.Query<MachineRow>("""
        select name as Name, template as Template, owner as Owner, memory_mib as MemoryMib, mips as Mips, created as CreatedMillis, expires as ExpiresMillis
        from machine order by name
        """).Select(row => row.ToMachine()).ToList());

    /// <summary>Keeps a new machine. False when there is one of that name.</summary>
    public bool Add(StoredMachine machine) => database.Write(connection => connection.Execute("""
        insert or ignore into machine (name, template, owner, memory_mib, mips, created, expires)
        values (@Name, @Template, @Owner, @MemoryMib, @Mips, @created, @expires)
        """, new
    {
        machine.Name, machine.Template, machine.Owner, machine.MemoryMib, machine.Mips, created = machine.Created.ToUnixTimeMilliseconds(),
        expires = machine.Expires?.ToUnixTimeMilliseconds(),
    }) > 0);

    /// <summary>Keeps another speed of a machine.</summary>
    public void SetMips(string name, int mips) =>
        database.Write(connection => connection.Execute("update machine set mips = @mips where name = @name", new { name, mips }));

    /// <summary>Keeps another size of a machine's RAM.</summary>
    public void SetMemory(string name, int memoryMib) => database.Write(connection =>
        connection.Execute("update machine set memory_mib = @memoryMib where name = @name", new { name, memoryMib }));

    /// <summary>Forgets a machine.</summary>
    public void Delete(string name) => database.Write(connection => connection.Execute("delete from machine where name = @name", new { name }));

    /// <summary>Own templates, by name.</summary>
    public IReadOnlyList<StoredTemplate> Templates() => database.Read(connection => connection.Query<TemplateRow>(
        "select name as Name, text as Text, author as Author, saved as SavedMillis from machine_template order by name")
        .Select(row => new StoredTemplate(row.Name, row.Text, row.Author, Database.Instant(row.SavedMillis))).ToList());

    /// <summary>Makes a template or replaces it. False when there are too many.</summary>
    public bool SaveTemplate(string name, string text, string author) => database.Write(connection =>
    {
        if (connection.ExecuteScalar<int>("select count(*) from machine_template where name <> @name", new { name }) >= TemplatesMax) return false;
        connection.Execute("""
            insert into machine_template (name, text, author, saved) values (@name, @text, @author, @now)
            on conflict (name) do update set text = @text, author = @author, saved = @now
            """, new { name, text, author, now = database.Now });
        return true;
    });

    /// <summary>Removes a template. False when there was none.</summary>
    public bool DeleteTemplate(string name) =>
        database.Write(connection => connection.Execute("delete from machine_template where name = @name", new { name }) > 0);

    sealed class MachineRow
    {
        public string Name { get; init; } = "";
        public string Template { get; init; } = "";
        public string Owner { get; init; } = "";
        public int MemoryMib { get; init; }
        public int Mips { get; init; }
        public long CreatedMillis { get; init; }
        public long? ExpiresMillis { get; init; }

        public StoredMachine ToMachine() => new(Name, Template, Owner, MemoryMib, Mips, Database.Instant(CreatedMillis),
            ExpiresMillis is { } expires ? Database.Instant(expires) : null);
    }

    sealed class TemplateRow
    {
        public string Name { get; init; } = "";
        public string Text { get; init; } = "";
        public string Author { get; init; } = "";
        public long SavedMillis { get; init; }
    }
}
