using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>A host certificate that was trusted at first use.</summary>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Layer">The layer's pin key: kind and endpoint.</param>
/// <param name="Sha256">Lower case hex of the certificate's SHA-256.</param>
/// <param name="Subject">The certificate's subject as the host gave it; untrusted text, shortened.</param>
/// <param name="FirstSeen">When it was pinned.</param>
public sealed record CertificatePin(string Chain, string Layer, string Sha256, string Subject, DateTimeOffset FirstSeen);

/// <summary>Certificate pins, one per chain and layer.</summary>
public sealed class PinStore(Database database)
{
    const int SubjectCharsMax = 256;

    const string Select = """
        select c.name as Chain, p.layer as Layer, p.sha256 as Sha256, p.subject as Subject, p.first_seen as FirstSeenMillis
        from certificate_pin p join chain c on c.id = p.chain_id
        """;

    /// <summary>All pins, by chain.</summary>
    public IReadOnlyList<CertificatePin> List() => database.Read(connection =>
        connection.Query<Row>($"{Select} order by c.name, p.layer").Select(row => row.ToPin()).ToList());

    /// <summary>The pin of a layer; null before first use.</summary>
    public CertificatePin? Find(string chain, string layer) => database.Read(connection => Find(connection, chain, layer));

    /// <summary>
    /// Pins a certificate if the layer has none yet, and returns what holds now: the new pin or the one that was there. Null when there
    /// is no such chain.
    /// </summary>
    public CertificatePin? PinFirst(string chain, string layer, string sha256, string subject) => database.Write(connection =>
    {
        connection.Execute("""
            insert or ignore into certificate_pin
            select id, @layer, @sha256, @subject, @now from chain where name = @chain and deleted is null
            """,
            new { chain, layer, sha256 = sha256.ToLowerInvariant(), subject = AuditLog.Shown(subject, SubjectCharsMax), now = database.Now });
        return Find(connection, chain, layer);
    });

    /// <summary>Forgets one pin, or all of a chain when <paramref name="layer"/> is null. Returns how many.</summary>
    public int Forget(string chain, string? layer) => database.Write(connection => connection.Execute("""
        delete from certificate_pin where chain_id = (select id from chain where name = @chain) and (@layer is null or layer = @layer)
        """, new { chain, layer }));

    static CertificatePin? Find(SqliteConnection connection, string chain, string layer) =>
        connection.QueryFirstOrDefault<Row>($"{Select} where c.name = @chain and c.deleted is null and p.layer = @layer",
            new { chain, layer })?.ToPin();

    sealed class Row
    {
        public string Chain { get; init; } = "";
        public string Layer { get; init; } = "";
        public string Sha256 { get; init; } = "";
        public string Subject { get; init; } = "";
        public long FirstSeenMillis { get; init; }

        public CertificatePin ToPin() => new(Chain, Layer, Sha256, Subject, Database.Instant(FirstSeenMillis));
    }
}
