using Dapper;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>Deletes in small transactions, so that writers get their turn.</summary>
internal sealed class RowDeletion(Database database, VolumePartitions partitions)
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
                async (connection, transaction) =>
                {
                    // One process at a time: two would wait for each other's rows.
                    await database.Dialect.LockAsync(connection, transaction, SharedLock.Retention);
                    return await connection.ExecuteAsync(sql, new { limit, rows = RowsAtATime }, transaction);
                },
                cancellationToken);
            deleted += last;
        }
        while (last == RowsAtATime);
        return deleted;
    }

    /// <summary>Deletes the volumes of all minutes before one.</summary>
    public async Task<int> DeleteMinutesAsync(long end, CancellationToken cancellationToken) =>
        await DeleteMixedAsync(end, cancellationToken)
        + await DeleteAsync(
            // Project by project: the old minutes of each are one stretch of the primary key.
            """
            DELETE FROM volumes WHERE (project_id, minute, transaction_id) IN (
                SELECT project_id, minute, transaction_id FROM volumes WHERE project_id IN (SELECT id FROM projects) AND minute < @limit LIMIT @rows)
            """,
            end,
            cancellationToken);

    /// <summary>Deletes volumes that nobody asks for any more: those of all minutes before one, or of all days that are over by then.</summary>
    /// <returns>How many rows went, or days.</returns>
    public async Task<int> DropMinutesAsync(long end, CancellationToken cancellationToken) => database.Dialect.IsShared
        ? await DeleteMixedAsync(end, cancellationToken) + await partitions.DropAsync(end, cancellationToken)
        : await DeleteMinutesAsync(end, cancellationToken);

    /// <summary>Deletes what other processes have heard of long ago.</summary>
    public async Task<int> DeleteChangesAsync(long limit, CancellationToken cancellationToken) => database.Dialect.IsShared
        ? await DeleteAsync(
            """
            DELETE FROM organization_changes WHERE (organization, transaction) IN (
                SELECT organization, transaction FROM organization_changes WHERE changed_at < @limit LIMIT @rows)
            """,
            limit,
            cancellationToken)
        : 0;

    // What came in goes before what follows from it: without it a minute is not made anew, and what is left of it is not counted twice.
    private Task<int> DeleteMixedAsync(long end, CancellationToken cancellationToken) => DeleteAsync(
        """
        DELETE FROM mixed_volumes WHERE (project_id, minute, transaction_id, exact) IN (
            SELECT project_id, minute, transaction_id, exact FROM mixed_volumes WHERE project_id IN (SELECT id FROM projects) AND minute < @limit LIMIT @rows)
        """,
        end,
        cancellationToken);
}
