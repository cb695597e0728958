using System.Data.Common;
using DynamicSampling.Api.Storage.Dialects;
using Npgsql;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Looks into a PostgreSQL database.</summary>
internal sealed class PostgresProbe : StorageProbe
{
    private readonly NpgsqlDataSource _source;

    public PostgresProbe(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        Name = $"The database {settings.Database ?? settings.Username} of the PostgreSQL server {settings.Host}:{settings.Port}";
        MaxPoolSize = settings.MaxPoolSize;
        settings.Pooling = false;
        // Somebody waits for the answer.
        settings.Timeout = Math.Min(settings.Timeout, 5);
        _source = NpgsqlDataSource.Create(settings);
        Dialect = new PostgresDialect(_source);
    }

    public override string Name { get; }

    public override SqlDialect Dialect { get; }

    /// <summary>How many connections a process of the service opens at most.</summary>
    public int MaxPoolSize { get; }

    public override void Dispose() => _source.Dispose();

    protected override async Task<DbConnection?> OpenAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);
}
