using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Looks into the database that the settings name without changing anything: no file, no folder and no table is made.</summary>
internal abstract class StorageProbe : IDisposable
{
    /// <summary>What it is about, for the beginning of a sentence. It has no password.</summary>
    public abstract string Name { get; }

    /// <summary>What differs between the databases.</summary>
    public abstract SqlDialect Dialect { get; }

    /// <summary>The probe for the settings. When they name no database, it says so as soon as it is used.</summary>
    public static StorageProbe Create(IConfiguration configuration, string contentRoot)
    {
        try
        {
            return DataSources.Create<StorageProbe>(
                configuration, connectionString => new SqliteProbe(connectionString, contentRoot), connectionString => new PostgresProbe(connectionString));
        }
        catch (StartupException exception)
        {
            return new NoProbe(exception);
        }
    }

    /// <summary>Reads with a connection; null when there is no database yet.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be used.</exception>
    /// <exception cref="StartupException">The settings name none.</exception>
    public async Task<T> ReadAsync<T>(Func<DbConnection?, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            return await read(connection);
        }
        catch (DbException exception) when (Dialect.Explain(exception) is { } explanation)
        {
            throw new StorageUnavailableException(explanation, exception);
        }
    }

    /// <returns>0 when there is no database, or none with data of this service.</returns>
    public async Task<long> FindSchemaVersionAsync(DbConnection? connection) =>
        connection is null || await connection.ExecuteScalarAsync<long>(Dialect.CountTable, new { table = "schema_versions" }) == 0
            ? 0
            : await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(version), 0) FROM schema_versions");

    public abstract void Dispose();

    protected abstract Task<DbConnection?> OpenAsync(CancellationToken cancellationToken);

    private sealed class NoProbe(StartupException problem) : StorageProbe
    {
        public override string Name => "The database";

        public override SqlDialect Dialect => throw problem;

        public override void Dispose()
        {
            // There is nothing.
        }

        protected override Task<DbConnection?> OpenAsync(CancellationToken cancellationToken) => throw problem;
    }
}
