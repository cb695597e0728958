using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Deletes what is past its time, at start and then every ten minutes.</summary>
internal sealed class Retention(Database database, TimeProvider clock, ILogger<Retention> logger) : BackgroundService
{
    public static readonly TimeSpan Volumes = TimeSpan.FromDays(2);
    public static readonly TimeSpan Hours = TimeSpan.FromDays(35);
    public static readonly TimeSpan Runs = TimeSpan.FromDays(7);

    /// <summary>How long rates that were replaced are kept, so that it can be told what was in force.</summary>
    public static readonly TimeSpan Rates = TimeSpan.FromHours(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private const int RowsAtATime = 5000;

    /// <summary>Deletes in small transactions, so that writers get their turn.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<int> DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await DeleteMinutesAsync(MinuteWindow.MinuteOf(now - Volumes), cancellationToken)
            + await DeleteAsync(
                """
                DELETE FROM project_hours WHERE (project_id, hour) IN (
                    SELECT h.project_id, h.hour FROM projects p CROSS JOIN project_hours h ON h.project_id = p.id AND h.hour < @limit
                    LIMIT @rows)
                """,
                MinuteWindow.MinuteOf(now - Hours) / 60,
                cancellationToken)
            + await DeleteAsync(
                """
                DELETE FROM releases WHERE (project_id, release, environment) IN (
                    SELECT project_id, release, environment FROM releases WHERE last_minute < @limit LIMIT @rows)
                """,
                MinuteWindow.MinuteOf(now - Hours),
                cancellationToken)
            + await DeleteAsync(
                "DELETE FROM custom_rules WHERE id IN (SELECT id FROM custom_rules WHERE deactivated_at < @limit LIMIT @rows)",
                (now - Hours).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await DeleteAsync(
                """
                DELETE FROM project_rates WHERE (project_id, first_version) IN (
                    SELECT project_id, first_version FROM project_rates WHERE ended_at < @limit LIMIT @rows)
                """,
                (now - Rates).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await DeleteAsync(
                // A version was in force until the next one came.
                """
                DELETE FROM rate_versions WHERE (organization_id, version) IN (
                    SELECT v.organization_id, v.version
                    FROM rate_versions v JOIN rate_versions n ON n.organization_id = v.organization_id AND n.version = v.version + 1
                    WHERE n.computed_at < @limit
                    LIMIT @rows)
                """,
                (now - Rates).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await DeleteAsync(
                "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE started_at < @limit AND status <> 'running' LIMIT @rows)",
                (now - Runs).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await DeleteAsync(
                "DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys WHERE created_at <= @limit LIMIT @rows)",
                (now - SqlVolumeStore.IdempotencyWindow).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await DeleteAsync(
                "DELETE FROM flushes WHERE id IN (SELECT id FROM flushes WHERE created_at <= @limit LIMIT @rows)",
                (now - SqlVolumeStore.IdempotencyWindow).ToUnixTimeMilliseconds(),
                cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                try
                {
                    await DeleteExpiredAsync(stoppingToken);
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.RetentionFailed(logger, exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process is stopping.
        }
    }

    /// <summary>Deletes all minutes before one.</summary>
    private async Task<int> DeleteMinutesAsync(long end, CancellationToken cancellationToken)
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

    private async Task<int> DeleteAsync(string sql, long limit, CancellationToken cancellationToken)
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
}
