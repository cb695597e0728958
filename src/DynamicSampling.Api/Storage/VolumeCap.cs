using Dapper;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Storage;

/// <summary>Keeps the volumes of single minutes from growing beyond <see cref="StorageOptions.MaxVolumeRows"/>.</summary>
internal sealed class VolumeCap(Database database, RowDeletion deletion, IOptions<StorageOptions> options, TimeProvider clock, ILogger<VolumeCap> logger)
{
    /// <summary>What the sampling tasks read, and as much again: that stays whatever comes.</summary>
    public static readonly TimeSpan Untouched = TimeSpan.FromHours(2);
    private const double WarningLevel = 0.8;

    /// <summary>Deletes the oldest minutes until there are no more rows than there may be.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<long> EnforceAsync(CancellationToken cancellationToken)
    {
        var max = options.Value.MaxVolumeRows;
        var rows = await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(database.Dialect.CountVolumes), cancellationToken);
        if (rows <= max)
        {
            if (rows > WarningLevel * max)
                Log.VolumesNearLimit(logger, rows, 100 * rows / max, max);
            return 0;
        }

        var end = MinuteWindow.MinuteOf(clock.GetUtcNow() - Untouched);
        long deleted = 0;
        long? last = null;
        while (rows - deleted > max && await FindOldestAsync(cancellationToken) is { } oldest && oldest < end)
        {
            deleted += await deletion.DeleteMinutesAsync(oldest + 1, cancellationToken);
            last = oldest;
        }

        if (last is { } minute)
            Log.VolumesCut(logger, rows, max, deleted, DateTimeOffset.FromUnixTimeSeconds((minute + 1) * 60));
        if (rows - deleted > max)
            Log.VolumesAboveLimit(logger, rows - deleted, max);
        return deleted;
    }

    // One look into the primary key for each project; by minute alone there is no index, since that would be written with every row.
    private Task<long?> FindOldestAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long?>(
                "SELECT MIN(minute) FROM (SELECT (SELECT MIN(v.minute) FROM volumes v WHERE v.project_id = p.id) AS minute FROM projects p) o"),
            cancellationToken);
}
