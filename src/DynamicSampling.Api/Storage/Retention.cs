using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Storage;

/// <summary>Deletes what is past its time or beyond its limit, at start and then every ten minutes.</summary>
internal sealed class Retention(
    RowDeletion deletion, VolumePartitions partitions, VolumeCap cap, UnusedNames names, SeriesRoom series, IOptions<StorageOptions> options, TimeProvider clock,
    ILogger<Retention> logger) : BackgroundService
{
    public static readonly TimeSpan Volumes = TimeSpan.FromDays(2);
    public static readonly TimeSpan Hours = TimeSpan.FromDays(35);
    public static readonly TimeSpan Runs = TimeSpan.FromDays(7);

    /// <summary>How long the audit log goes back: a year, and a month to look at it.</summary>
    public static readonly TimeSpan Audit = TimeSpan.FromDays(400);

    /// <summary>How long other processes have to hear of changes.</summary>
    private static readonly TimeSpan Changes = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>One round.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<long> DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await partitions.EnsureAsync(now, cancellationToken);
        var deleted = await deletion.DropMinutesAsync(MinuteWindow.MinuteOf(now - Volumes), cancellationToken)
            + await deletion.DeleteAsync(
                """
                DELETE FROM project_hours WHERE (project_id, hour) IN (
                    SELECT project_id, hour FROM project_hours WHERE project_id IN (SELECT id FROM projects) AND hour < @limit LIMIT @rows)
                """,
                MinuteWindow.MinuteOf(now - Hours) / 60,
                cancellationToken)
            + await deletion.DeleteAsync(
                """
                DELETE FROM releases WHERE (project_id, release, environment) IN (
                    SELECT project_id, release, environment FROM releases WHERE last_minute < @limit LIMIT @rows)
                """,
                MinuteWindow.MinuteOf(now - Hours),
                cancellationToken)
            + await deletion.DeleteAsync(
                "DELETE FROM custom_rules WHERE id IN (SELECT id FROM custom_rules WHERE deactivated_at < @limit LIMIT @rows)",
                (now - Hours).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                // A version was in force until the next one came. The oldest first, since each is found by the one after it.
                """
                DELETE FROM rate_versions WHERE (organization_id, version) IN (
                    SELECT v.organization_id, v.version
                    FROM rate_versions v JOIN rate_versions n ON n.organization_id = v.organization_id AND v.version = n.version - 1
                    WHERE n.computed_at < @limit
                    ORDER BY n.computed_at, n.version
                    LIMIT @rows)
                """,
                (now - options.Value.RatesLifetime).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                // After the versions: one that is there has all of its rates.
                """
                DELETE FROM project_rates WHERE (project_id, first_version) IN (
                    SELECT project_id, first_version FROM project_rates WHERE ended_at < @limit LIMIT @rows)
                """,
                (now - options.Value.RatesLifetime).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < @limit LIMIT @rows)",
                (now - Audit).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE started_at < @limit AND status <> 'running' LIMIT @rows)",
                (now - Runs).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                "DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys WHERE created_at <= @limit LIMIT @rows)",
                (now - SqlVolumeStore.IdempotencyWindow).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                "DELETE FROM flushes WHERE id IN (SELECT id FROM flushes WHERE created_at <= @limit LIMIT @rows)",
                (now - SqlVolumeStore.IdempotencyWindow).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                """
                DELETE FROM instances WHERE (organization, service, client) IN (
                    SELECT organization, service, client FROM instances WHERE last_report_at <= @limit LIMIT @rows)
                """,
                (now - SqlVolumeStore.IdempotencyWindow).ToUnixTimeMilliseconds(),
                cancellationToken)
            + await deletion.DeleteAsync(
                """
                DELETE FROM metric_series WHERE (project_id, series_high, series_low) IN (
                    SELECT project_id, series_high, series_low FROM metric_series WHERE seen_hour < @limit LIMIT @rows)
                """,
                SeriesWriter.HourOf(now - SeriesWriter.Idle),
                cancellationToken)
            + await deletion.DeleteChangesAsync((now - Changes).ToUnixTimeMilliseconds(), cancellationToken)
            // After what expires, and the names last: then they see what is left.
            + await cap.EnforceAsync(cancellationToken)
            + await names.DeleteAsync(cancellationToken);
        await series.CountAsync(cancellationToken);
        return deleted;
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
}
