using System.Data.Common;
using Npgsql;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Looks into a PostgreSQL database.</summary>
internal sealed class PostgresProbe : StorageProbe
{
    private readonly NpgsqlConnectionStringBuilder _settings;

    public PostgresProbe(string connectionString)
    {
        _settings = new(connectionString);
        MaxPoolSize = _settings.MaxPoolSize;
        _settings.Pooling = false;
        // Somebody waits for the answer.
        _settings.Timeout = Math.Min(_settings.Timeout, 5);
    }

    /// <summary>How many connections a process of the service opens at most.</summary>
    public int MaxPoolSize { get; }

    public override string Name => $"The database {_settings.Database ?? _settings.Username} of the PostgreSQL server {_settings.Host}:{_settings.Port}";

    protected override string CountVersionTables => "SELECT COUNT(to_regclass('schema_versions'))";

    public override async Task<DbConnection?> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_settings.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
