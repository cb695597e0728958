using System.Globalization;
using Dapper;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Benchmarks.Passes;

/// <summary>
/// An embedded database in the middle of its life: an hour of volumes, and the versions that a pass a minute has published since.
/// It can be put back to just before the pass that is measured.
/// </summary>
internal sealed class PassDatabase : IAsyncDisposable
{
    public const int Projects = 10;
    public const int Transactions = 30;

    private const int Minutes = 60;
    private const int RecentMinutes = 5;
    private const int MinutesBetween = 5;
    private const int OrganizationsPerBatch = 10;

    // The running minute brings another mix, so that the pass has something to publish for every organization.
    private const double Burst = 5;

    // As far back as the recalibration asks what was in force: its window, and as long as clients take to follow; and one before.
    private const int PassesBefore = 9;

    private readonly string _directory;
    private readonly int _organizations;
    private readonly ManualClock _clock = new();

    private PassDatabase(int organizations)
    {
        _organizations = organizations;
        _directory = Directory.CreateTempSubdirectory("dynamic-sampling-").FullName;
        Source = new("Data Source=pass.db", _directory);
        Service = new(Source, _clock);
    }

    public SqliteDataSource Source { get; }

    public PassService Service { get; }

    public static async Task<PassDatabase> CreateAsync(int organizations)
    {
        var database = new PassDatabase(organizations);
        try
        {
            await database.FillAsync();
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same over connections that record what they are asked.</summary>
    public async Task<RecordedStatements> RecordAsync()
    {
        await using var source = new RecordingDataSource(Source);
        await using var service = new PassService(source, _clock);
        await service.RunAsync();
        return source.Statements;
    }

    /// <summary>Takes back whatever has been published and recorded at the present instant, and empties the log into the file.</summary>
    public void Reset()
    {
        using var connection = Source.OpenConnection();
        connection.Execute(
            """
            BEGIN IMMEDIATE;
            DELETE FROM project_rates WHERE (project_id, first_version) IN (
                SELECT p.id, v.version FROM rate_versions v JOIN projects p ON p.organization_id = v.organization_id WHERE v.computed_at >= @now);
            UPDATE project_rates SET end_version = NULL, ended_at = NULL WHERE ended_at >= @now;
            DELETE FROM rate_versions WHERE computed_at >= @now;
            DELETE FROM runs WHERE started_at >= @now;
            COMMIT;
            PRAGMA wal_checkpoint(TRUNCATE);
            """,
            new { now = _clock.Now.ToUnixTimeMilliseconds() });
    }

    /// <summary>How many versions and rates of projects there are: what a pass adds to.</summary>
    public (long Versions, long Rates) CountPublished()
    {
        using var connection = Source.OpenConnection();
        return connection.QuerySingle<(long, long)>("SELECT (SELECT COUNT(*) FROM rate_versions), (SELECT COUNT(*) FROM project_rates)");
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Source.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task FillAsync()
    {
        await Service.Migrations.RunAsync(CancellationToken.None);
        var random = new Random(20_261_122);
        for (var first = 0; first < _organizations; first += OrganizationsPerBatch)
        {
            var batch = new VolumeBatch();
            for (var i = first; i < Math.Min(first + OrganizationsPerBatch, _organizations); i++)
            {
                var name = "organization-" + i.ToString("0000", CultureInfo.InvariantCulture);
                var total = Add(batch, name, random);
                // Every other one has a budget, whose target follows the volume.
                if (i % 2 == 0)
                    await Service.Organizations.SaveSettingsAsync(name, new() { MonthlyBudget = total * 24 * 30 / 10 }, "benchmark", _ => true, CancellationToken.None);
            }

            await Service.Volumes.AddAsync(batch, idempotencyKey: null, CancellationToken.None);
        }

        var now = _clock.Now;
        for (var minutes = PassesBefore; minutes > 0; minutes--)
        {
            _clock.Now = now.AddMinutes(-minutes);
            await Service.RunAsync();
        }

        _clock.Now = now;
        Reset();
    }

    /// <summary>Every transaction has traffic in all of the last minutes, and before in every fifth, so that each minute has some.</summary>
    /// <returns>How much of it there is.</returns>
    private double Add(VolumeBatch batch, string organization, Random random)
    {
        var last = MinuteWindow.MinuteOf(_clock.Now);
        double sum = 0;
        for (var project = 0; project < Projects; project++)
        {
            var projectName = "project-" + project.ToString("00", CultureInfo.InvariantCulture);
            for (var transaction = 0; transaction < Transactions; transaction++)
            {
                // The last one is a health check.
                var name = transaction == Transactions - 1 ? "GET /healthz" : $"GET /api/v1/resource-{transaction:00}/{{id}}";
                // Pareto with an exponent of 1.1: a few transactions have most of the traces. But no single one has nearly all: its rate
                // would be the target whatever happens.
                var perMinute = 20 * Math.Min(100, Math.Pow(1 - random.NextDouble(), -1 / 1.1));
                for (var ago = 0; ago < Minutes; ago++)
                {
                    if (ago >= RecentMinutes && ago % MinutesBetween != transaction % MinutesBetween)
                        continue;
                    var total = Math.Ceiling(perMinute * (0.5 + random.NextDouble()) * (ago == 0 && transaction % 2 == 0 ? Burst : 1));
                    batch.Add(new(organization, projectName, name, last - ago), new(total, Math.Floor(total * (0.05 + (0.1 * random.NextDouble())))));
                    sum += total;
                }
            }
        }

        return sum;
    }
}
