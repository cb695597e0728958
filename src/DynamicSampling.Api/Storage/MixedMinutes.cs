using System.Data.Common;
using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// Minutes of projects in which true counts and estimates meet. What came in of each kind is kept aside as it is, so that the order
/// of arrival does not matter; volumes has what follows from it, for all who read.
/// </summary>
internal sealed class MixedMinutes(DbConnection connection, DbTransaction transaction) : IDisposable
{
    private readonly PreparedStatement _find = new(
        connection, transaction,
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM mixed_volumes WHERE project_id = @0 AND minute = @1) THEN 2
               ELSE COALESCE((SELECT CASE WHEN exact = 0 THEN 0 ELSE 1 END FROM volumes WHERE project_id = @0 AND minute = @1 LIMIT 1), -1) END
        """,
        2);

    private readonly PreparedStatement _mix = new(
        connection, transaction,
        """
        INSERT INTO mixed_volumes (project_id, minute, transaction_id, exact, total, kept)
        SELECT project_id, minute, transaction_id, CASE WHEN exact = 0 THEN 0 ELSE 1 END, total, kept FROM volumes WHERE project_id = @0 AND minute = @1
        """,
        2);

    private readonly PreparedStatement _add = new(
        connection, transaction,
        """
        INSERT INTO mixed_volumes (project_id, minute, transaction_id, exact, total, kept) VALUES (@0, @1, @2, @3, @4, @5)
        ON CONFLICT (project_id, minute, transaction_id, exact) DO UPDATE SET total = total + excluded.total, kept = kept + excluded.kept
        """,
        6);

    private readonly PreparedStatement _readMixed = new(
        connection, transaction, "SELECT transaction_id, exact, total, kept FROM mixed_volumes WHERE project_id = @0 AND minute = @1", 2);

    private readonly PreparedStatement _readVolumes = new(
        connection, transaction, "SELECT transaction_id, exact, total, kept FROM volumes WHERE project_id = @0 AND minute = @1", 2);

    private readonly PreparedStatement _findOther = new(
        connection, transaction, "SELECT id FROM transactions WHERE project_id = @0 AND name = @1", 2);

    private readonly PreparedStatement _write = new(
        connection, transaction,
        """
        INSERT INTO volumes (project_id, minute, transaction_id, exact, total, kept) VALUES (@0, @1, @2, @3, @4, @5)
        ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET exact = excluded.exact, total = excluded.total, kept = excluded.kept
        """,
        6);

    private readonly PreparedStatement _delete = new(
        connection, transaction, "DELETE FROM volumes WHERE project_id = @0 AND minute = @1 AND transaction_id = @2", 3);

    public MinuteState Find(long project, long minute) => (MinuteState)_find.Find(project, minute)!.Value;

    /// <summary>Takes aside what a minute has, before the first counts of the other kind are added.</summary>
    public void Mix(long project, long minute) => _mix.Execute(project, minute);

    public void Add(long project, long minute, long transactionId, bool isExact, VolumeCount count) =>
        _add.Execute(project, minute, transactionId, VolumeKind.Of(isExact), count.Total, count.Kept);

    /// <summary>Makes the volumes of a minute what follows from all that came in.</summary>
    /// <returns>By how much that changes the project's sums.</returns>
    public VolumeChange Combine(long project, long minute)
    {
        var before = Read(_readVolumes, project, minute).ToDictionary(row => row.Transaction);
        var after = CombinedCounts.Of(Read(_readMixed, project, minute), _findOther.Find(project, Names.OtherTransactions));
        var change = new VolumeChange(
            after.Sum(row => row.Total) - before.Values.Sum(row => row.Total),
            after.Sum(row => row.Kept) - before.Values.Sum(row => row.Kept),
            (IsEstimated(after) ? 1 : 0) - (IsEstimated(before.Values) ? 1 : 0));
        foreach (var row in after)
        {
            if (!before.Remove(row.Transaction, out var known) || known != row)
                _write.Execute(project, minute, row.Transaction, row.Kind, row.Total, row.Kept);
        }

        foreach (var gone in before.Keys)
            _delete.Execute(project, minute, gone);
        return change;
    }

    public void Dispose()
    {
        _find.Dispose();
        _mix.Dispose();
        _add.Dispose();
        _readMixed.Dispose();
        _readVolumes.Dispose();
        _findOther.Dispose();
        _write.Dispose();
        _delete.Dispose();
    }

    private static bool IsEstimated(IEnumerable<TransactionCount> rows) => rows.Any(row => row.Kind == VolumeKind.Estimated);

    private static List<TransactionCount> Read(PreparedStatement statement, long project, long minute)
    {
        using var reader = statement.Read(project, minute);
        var rows = new List<TransactionCount>();
        while (reader.Read())
            rows.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetDouble(2), reader.GetDouble(3)));
        return rows;
    }
}

/// <summary>What kinds of counts a minute of a project has.</summary>
internal enum MinuteState
{
    None = -1,
    Estimated = 0,
    Exact = 1,
    Mixed = 2,
}

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
internal readonly record struct VolumeChange(double Total, double Kept, long EstimatedMinutes);
