using System.Data.Common;
using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// Minutes of projects in which counts of several sources meet. What came in of each is kept aside as it is, so that the order
/// of arrival does not matter; volumes has what follows from it, for all who read.
/// </summary>
internal sealed class MixedMinutes(DbConnection connection, DbTransaction transaction, SqlDialect dialect, CancellationToken cancellationToken)
{
    /// <summary>The state of a minute with nothing in it.</summary>
    public const long IsEmpty = -1;

    /// <summary>The state of a minute with counts of several sources.</summary>
    public const long IsMixed = -2;

    /// <summary>The state of each minute: the <see cref="VolumeKind"/> of all its counts, or one of the constants.</summary>
    public async Task<long[]> FindAsync(IReadOnlyList<ProjectMinute> minutes)
    {
        var states = new long[minutes.Count];
        await dialect.QueryAsync(
            connection, transaction,
            $"""
            WITH r (i, project_id, minute) AS ({SqlDialect.Rows})
            SELECT r.i, CAST(CASE WHEN EXISTS (SELECT 1 FROM mixed_volumes m WHERE m.project_id = r.project_id AND m.minute = r.minute) THEN {IsMixed}
                   ELSE COALESCE((SELECT v.exact FROM volumes v WHERE v.project_id = r.project_id AND v.minute = r.minute LIMIT 1), {IsEmpty})
                   END AS BIGINT)
            FROM r
            """,
            [Places(minutes.Count), .. Columns(minutes)],
            reader => states[reader.GetInt64(0)] = reader.GetInt64(1),
            cancellationToken);
        return states;
    }

    /// <summary>Takes aside what minutes have, before the first counts of another source are added.</summary>
    public Task MixAsync(IReadOnlyList<ProjectMinute> minutes) => dialect.ExecuteAsync(
        connection, transaction,
        // A minute that was mixed, and of which only its volumes are left, has true counts whose source nobody knows.
        $"""
        WITH r (project_id, minute) AS ({SqlDialect.Rows})
        INSERT INTO mixed_volumes (project_id, minute, transaction_id, exact, total, kept)
        SELECT v.project_id, v.minute, v.transaction_id, CASE v.exact WHEN {VolumeKind.Shared} THEN {(long)VolumeSource.Posted} ELSE v.exact END, v.total, v.kept
        FROM r JOIN volumes v ON v.project_id = r.project_id AND v.minute = r.minute
        """,
        Columns(minutes),
        cancellationToken);

    /// <summary>Adds counts to what was taken aside.</summary>
    public Task AddAsync(IReadOnlyList<CountedRow> rows) => dialect.ExecuteAsync(
        connection, transaction,
        $"""
        INSERT INTO mixed_volumes (project_id, minute, transaction_id, total, kept, exact) {SqlDialect.Rows}
        ON CONFLICT (project_id, minute, transaction_id, exact) DO UPDATE SET
            total = mixed_volumes.total + excluded.total, kept = mixed_volumes.kept + excluded.kept
        """,
        CountedRow.Columns(rows),
        cancellationToken);

    /// <summary>Makes the volumes of minutes what follows from all that came in.</summary>
    /// <returns>By how much that changes the project's sums, for each minute.</returns>
    public async Task<VolumeChange[]> CombineAsync(IReadOnlyList<ProjectMinute> minutes)
    {
        var before = await ReadAsync("volumes", minutes);
        var mixed = await ReadAsync("mixed_volumes", minutes);
        var others = await FindOthersAsync(minutes);
        var changes = new VolumeChange[minutes.Count];
        var written = new List<CountedRow>();
        var deleted = new List<CountedRow>();
        for (var i = 0; i < minutes.Count; i++)
        {
            var minute = minutes[i];
            var known = before[i].ToDictionary(row => row.Transaction);
            var after = CombinedCounts.Of(mixed[i], others[i]);
            changes[i] = new(
                after.Sum(row => row.Total) - known.Values.Sum(row => row.Total),
                after.Sum(row => row.Kept) - known.Values.Sum(row => row.Kept),
                (IsEstimated(after) ? 1 : 0) - (IsEstimated(known.Values) ? 1 : 0));
            written.AddRange(after
                .Where(row => !known.Remove(row.Transaction, out var same) || same != row)
                .Select(row => new CountedRow(minute.Project, minute.Minute, row.Transaction, row.Total, row.Kept, row.Kind)));
            deleted.AddRange(known.Keys.Select(gone => new CountedRow(minute.Project, minute.Minute, gone, Total: 0, Kept: 0, Kind: 0)));
        }

        await dialect.ExecuteAsync(
            connection, transaction,
            $"""
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) {SqlDialect.Rows}
            ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET exact = excluded.exact, total = excluded.total, kept = excluded.kept
            """,
            CountedRow.Columns(written),
            cancellationToken);
        await dialect.ExecuteAsync(
            connection, transaction,
            $"""
            WITH r (project_id, minute, transaction_id) AS ({SqlDialect.Rows})
            DELETE FROM volumes WHERE (project_id, minute, transaction_id) IN (SELECT project_id, minute, transaction_id FROM r)
            """,
            CountedRow.Columns(deleted)[..3],
            cancellationToken);
        return changes;
    }

    private static bool IsEstimated(IEnumerable<TransactionCount> rows) => rows.Any(row => row.Kind == VolumeKind.Estimated);

    private async Task<List<TransactionCount>[]> ReadAsync(string table, IReadOnlyList<ProjectMinute> minutes)
    {
        var rows = new List<TransactionCount>[minutes.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = [];
        await dialect.QueryAsync(
            connection, transaction,
            $"""
            WITH r (i, project_id, minute) AS ({SqlDialect.Rows})
            SELECT r.i, v.transaction_id, v.exact, v.total, v.kept FROM r JOIN {table} v ON v.project_id = r.project_id AND v.minute = r.minute
            """,
            [Places(minutes.Count), .. Columns(minutes)],
            reader => rows[reader.GetInt64(0)].Add(new(reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetDouble(4))),
            cancellationToken);
        return rows;
    }

    private async Task<long?[]> FindOthersAsync(IReadOnlyList<ProjectMinute> minutes)
    {
        var others = new long?[minutes.Count];
        var names = new string[minutes.Count];
        Array.Fill(names, Names.OtherTransactions);
        await dialect.QueryAsync(
            connection, transaction,
            $"WITH r (i, project_id, name) AS ({SqlDialect.Rows}) SELECT r.i, t.id FROM r JOIN transactions t ON t.project_id = r.project_id AND t.name = r.name",
            [Places(minutes.Count), Columns(minutes)[0], names],
            reader => others[reader.GetInt64(0)] = reader.GetInt64(1),
            cancellationToken);
        return others;
    }

    private static long[] Places(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    private static Array[] Columns(IReadOnlyList<ProjectMinute> minutes) =>
        [minutes.Select(minute => minute.Project).ToArray(), minutes.Select(minute => minute.Minute).ToArray()];
}

/// <summary>A minute of a project.</summary>
/// <param name="Project">The project's id.</param>
/// <param name="Minute">The minute since the Unix epoch.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProjectMinute(long Project, long Minute);

/// <summary>The count of one transaction in a minute.</summary>
/// <param name="Transaction">The transaction's id.</param>
/// <param name="Kind">One of <see cref="VolumeKind"/>.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TransactionCount(long Transaction, long Kind, double Total, double Kept);

/// <summary>By how much the sums of a project change.</summary>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="EstimatedMinutes">Minutes that are not exact.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VolumeChange(double Total, double Kept, long EstimatedMinutes)
{
    public static VolumeChange operator +(VolumeChange left, VolumeChange right) =>
        new(left.Total + right.Total, left.Kept + right.Kept, left.EstimatedMinutes + right.EstimatedMinutes);
}
