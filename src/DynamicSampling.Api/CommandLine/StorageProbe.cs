using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Hosting;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Looks into the database that the settings name without changing anything: no file, no folder and no table is made.</summary>
internal abstract class StorageProbe
{
    /// <summary>What it is about, for the beginning of a sentence. It has no password.</summary>
    public abstract string Name { get; }

    /// <summary>A query whose only value is 1 when the table of the schema's versions is there, and 0 otherwise.</summary>
    protected abstract string CountVersionTables { get; }

    /// <summary>The probe for the settings. When they name no database, it says so as soon as it is opened.</summary>
    public static StorageProbe Create(IConfiguration configuration, string contentRoot)
    {
        var connectionString = configuration.GetConnectionString("DynamicSampling");
        try
        {
            return configuration["Storage:Provider"] switch
            {
                null or "sqlite" => new SqliteProbe(connectionString ?? "Data Source=data/dynamic-sampling.db", contentRoot),
                "postgres" when string.IsNullOrWhiteSpace(connectionString) =>
                    new NoProbe("Storage:Provider is postgres, but ConnectionStrings:DynamicSampling does not say where the database is."),
                "postgres" => new PostgresProbe(connectionString),
                var other => new NoProbe($"Storage:Provider must be sqlite or postgres, but is '{other}'."),
            };
        }
        catch (ArgumentException)
        {
            // Neither the value nor what is wrong with it is shown: a password with a semicolon in it would be.
            return new NoProbe(
                $"ConnectionStrings:DynamicSampling is no connection string for Storage:Provider={configuration["Storage:Provider"] ?? "sqlite"}. "
                + "For sqlite it is for instance 'Data Source=data/dynamic-sampling.db', for postgres 'Host=localhost;Username=…;Password=…;Database=…'; "
                + "a value with a semicolon in it is put in quotes.");
        }
    }

    /// <summary>Opens the database for reading.</summary>
    /// <returns>Null when there is none yet.</returns>
    public abstract Task<DbConnection?> OpenAsync(CancellationToken cancellationToken);

    /// <returns>0 when it has no data of this service.</returns>
    public async Task<long> FindSchemaVersionAsync(DbConnection connection) =>
        await connection.ExecuteScalarAsync<long>(CountVersionTables) == 0
            ? 0
            : await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(version), 0) FROM schema_versions");

    private sealed class NoProbe(string problem) : StorageProbe
    {
        public override string Name => "The database";

        protected override string CountVersionTables => throw new NotSupportedException();

        public override Task<DbConnection?> OpenAsync(CancellationToken cancellationToken) => throw new StartupException(problem);
    }
}
