using System.Data.Common;
using System.Globalization;
using Dapper;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Benchmarks.Flushes;

/// <summary>A database that gets the counts of 100 services with 200 transactions each, again and again: ten times a minute, and then those of the next.</summary>
internal sealed class FlushDatabase : IAsyncDisposable
{
    public const int Services = 100;
    public const int Transactions = 200;

    private const int FlushesPerMinute = 10;

    private readonly Func<ValueTask> _drop;
    private readonly ManualClock _clock = new();
    private readonly Database _database;
    private readonly SqlVolumeStore _store;
    private int _flushes;

    private FlushDatabase(DbDataSource source, Func<ValueTask> drop)
    {
        _drop = drop;
        Source = source;
        _database = new(source);
        var (limits, ingest) = (Options.Create(new LimitsOptions()), Options.Create(new IngestOptions()));
        _store = new(_database, new(_database, NullLogger<VolumePartitions>.Instance), new(limits, ingest), new(_database, ingest, limits), _clock);
    }

    public DbDataSource Source { get; }

    /// <summary>The rows of a flush with the ids of their names, in the order of the primary key; the minute is that of the next flush.</summary>
    public IReadOnlyList<(long Project, long Transaction)> Ids { get; private set; } = [];

    private long Minute => MinuteWindow.MinuteOf(_clock.Now) - 30 + (_flushes / FlushesPerMinute % 60);

    /// <summary>A database with all names and one flush.</summary>
    /// <param name="isPostgres">Whether on PostgreSQL, else on SQLite.</param>
    public static async Task<FlushDatabase> CreateAsync(bool isPostgres)
    {
        var (source, drop) = isPostgres ? await BenchmarkServer.CreateDatabaseAsync() : CreateFile();
        var database = new FlushDatabase(source, drop);
        await new Migrations(database._database, new(source, NullLogger<SchemaBackup>.Instance), database._clock, NullLogger<Migrations>.Instance).RunAsync(CancellationToken.None);
        await database.FlushAsync(database.NextBatch());
        await using var connection = await source.OpenConnectionAsync();
        database.Ids = [.. await connection.QueryAsync<(long, long)>("SELECT project_id, id FROM transactions ORDER BY project_id, id")];
        return database;
    }

    /// <summary>What is flushed next.</summary>
    public VolumeBatch NextBatch()
    {
        var batch = new VolumeBatch { Source = VolumeSource.Spans };
        for (var service = 0; service < Services; service++)
        {
            var name = "service-" + service.ToString("00", CultureInfo.InvariantCulture);
            for (var transaction = 0; transaction < Transactions; transaction++)
                batch.Add(new("acme", name, $"GET /api/v1/resource-{transaction:000}/{{id}}", Minute), new(10, 1));
        }

        _flushes++;
        return batch;
    }

    /// <summary>The minute of the rows that are written next without a batch.</summary>
    public long NextMinute()
    {
        var minute = Minute;
        _flushes++;
        return minute;
    }

    public Task FlushAsync(VolumeBatch batch) => _store.FlushAsync(batch, Guid.NewGuid(), CancellationToken.None);

    /// <summary>All that was counted.</summary>
    public double Total()
    {
        using var connection = Source.OpenConnection();
        return connection.ExecuteScalar<double>("SELECT SUM(total) FROM volumes");
    }

    public async ValueTask DisposeAsync()
    {
        _database.Dispose();
        await Source.DisposeAsync();
        await _drop();
    }

    private static (DbDataSource Source, Func<ValueTask> Drop) CreateFile()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-").FullName;
        return (new SqliteDataSource("Data Source=flush.db", directory), () =>
        {
            Directory.Delete(directory, recursive: true);
            return ValueTask.CompletedTask;
        });
    }
}
