using System.Data.Common;
using DynamicSampling.Api.Hosting;

namespace DynamicSampling.Api.Storage;

/// <summary>Brings the schema up to date, and settles what the process before this one left open, before requests come in.</summary>
internal sealed class StorageStartup(
    DbDataSource source, Database database, Migrations migrations, VolumePartitions partitions, SqlRunStore runs, TimeProvider clock, ILogger<StorageStartup> logger)
    : IHostedService
{
    /// <summary>A server that is started together with this process takes its time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <exception cref="StartupException">The database cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (source is SqliteDataSource sqlite)
            Log.DatabaseOpened(logger, sqlite.Path);
        await MigrateAsync(cancellationToken);
        await partitions.EnsureAsync(clock.GetUtcNow(), cancellationToken);
        // Runs of other processes go on; those of dead ones are found by whoever is left.
        if (database.Dialect.IsShared)
            return;
        var lost = await runs.MarkLostAsync(cancellationToken);
        if (lost > 0)
            Log.RunsLost(logger, lost);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await migrations.RunAsync(cancellationToken);
                return;
            }
            catch (StorageUnavailableException exception) when (database.Dialect.IsShared && clock.GetElapsedTime(started) < Patience)
            {
                Log.WaitingForDatabase(logger, exception.Message);
                await Task.Delay(RetryInterval, clock, cancellationToken);
            }
            catch (StorageUnavailableException exception)
            {
                throw new StartupException(exception.Message);
            }
        }
    }
}
