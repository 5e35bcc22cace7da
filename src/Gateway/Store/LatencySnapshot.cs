using Dapper;
using Microsoft.Data.Sqlite;

namespace RemoteChain.Gateway.Store;

/// <summary>What was kept at one moment: rows that are rolled up meanwhile are still there. Bodies are read one by one, so that a month
/// need not be in memory.</summary>
public sealed class LatencySnapshot
{
    readonly SqliteConnection _connection;

    internal LatencySnapshot(SqliteConnection connection) => _connection = connection;

    /// <summary>Rows of a session without their bodies, oldest minute first; at most <see cref="LatencyStore.RowsMax"/>.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="sinceMinute">The first minute.</param>
    /// <param name="untilMinute">The last minute.</param>
    public IReadOnlyList<LatencyRow> Rows(string session, long sinceMinute, long untilMinute) => LatencyStore.Rows(_connection,
        "s.session = @session and r.minute between @sinceMinute and @untilMinute",
        new { session, sinceMinute, untilMinute, limit = LatencyStore.RowsMax }, body: "x''");

    /// <summary>A row with its body.</summary>
    public LatencyRow Whole(LatencyRow row) => row with
    {
        Body = _connection.ExecuteScalar<byte[]>($"select body from {(row.RolledUp ? "latency_minute" : "latency_batch")} where id = @Id",
            new { row.Id }) ?? [],
    };
}
