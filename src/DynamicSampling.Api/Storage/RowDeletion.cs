using Dapper;

namespace DynamicSampling.Api.Storage;

/// <summary>Deletes in small transactions, so that writers get their turn.</summary>
internal sealed class RowDeletion(Database database)
{
    private const int RowsAtATime = 5000;

    /// <param name="sql">Deletes up to @rows rows, those before @limit.</param>
    /// <param name="limit">The end.</param>
    /// <param name="cancellationToken">Cancels what is not yet deleted.</param>
    /// <returns>How many rows went.</returns>
    public async Task<int> DeleteAsync(string sql, long limit, CancellationToken cancellationToken)
    {
        var deleted = 0;
        int last;
        do
        {
            last = await database.WriteAsync(
                (connection, transaction) => connection.ExecuteAsync(sql, new { limit, rows = RowsAtATime }, transaction), cancellationToken);
            deleted += last;
        }
        while (last == RowsAtATime);
        return deleted;
    }

    /// <summary>Deletes the volumes of all minutes before one.</summary>
    public async Task<int> DeleteMinutesAsync(long end, CancellationToken cancellationToken)
    {
        // What came in goes first: without it a minute is not made anew, and what is left of it is not counted twice.
        return await DeleteAsync(
                """
                DELETE FROM mixed_volumes WHERE (project_id, minute, transaction_id, exact) IN (
                    SELECT m.project_id, m.minute, m.transaction_id, m.exact
                    FROM projects p CROSS JOIN mixed_volumes m ON m.project_id = p.id AND m.minute < @limit
                    LIMIT @rows)
                """,
                end,
                cancellationToken)
            + await DeleteAsync(
                // Project by project: the old minutes of each are one stretch of the primary key.
                """
                DELETE FROM volumes WHERE (project_id, minute, transaction_id) IN (
                    SELECT v.project_id, v.minute, v.transaction_id
                    FROM projects p CROSS JOIN volumes v ON v.project_id = p.id AND v.minute < @limit
                    LIMIT @rows)
                """,
                end,
                cancellationToken);
    }
}
