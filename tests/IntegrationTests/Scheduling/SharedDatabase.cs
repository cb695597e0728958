using DynamicSampling.IntegrationTests.Postgres;
using Npgsql;

namespace DynamicSampling.IntegrationTests.Scheduling;

/// <summary>A PostgreSQL database for several hosts of a test.</summary>
internal sealed class SharedDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server;

    private SharedDatabase(PostgresServer server, string connectionString)
    {
        _server = server;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    public static async Task<SharedDatabase> CreateAsync()
    {
        var server = await PostgresServer.Shared;
        return new(server, await server.CreateDatabaseAsync());
    }

    /// <summary>The values of a query's only column.</summary>
    public async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The text is the test's own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
            values.Add(Convert.ToString(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture)!);
        return values;
    }

    public async ValueTask DisposeAsync() => await _server.DropDatabaseAsync(ConnectionString);
}
