using System.Data.Common;

namespace DynamicSampling.Api.Storage;

/// <summary>Brings the schema up to date, and settles what the process before this one left open, before requests come in.</summary>
internal sealed class StorageStartup(
    DbDataSource source, Database database, Migrations migrations, VolumePartitions partitions, SqlRunStore runs, TimeProvider clock, ILogger<StorageStartup> logger)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (source is SqliteDataSource sqlite)
            Log.DatabaseOpened(logger, sqlite.Path);
        await migrations.RunAsync(cancellationToken);
        await partitions.EnsureAsync(clock.GetUtcNow(), cancellationToken);
        // Runs of other processes go on; those of dead ones are found by whoever is left.
        if (database.Dialect.IsShared)
            return;
        var lost = await runs.MarkLostAsync(cancellationToken);
        if (lost > 0)
            Log.RunsLost(logger, lost);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
