using Npgsql;

namespace DynamicSampling.IntegrationTests.Scheduling;

/// <summary>A PostgreSQL database of a test's own, on the server that the environment names.</summary>
internal sealed class SharedDatabase : IAsyncDisposable
{
    public const string Variable = "DYNAMIC_SAMPLING_TESTS_POSTGRES";

    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly string _name = $"dynamic_sampling_{Guid.NewGuid():N}";

    private SharedDatabase(string server) => _server = new(server) { Pooling = false };

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = _name, Pooling = true }.ConnectionString;

    public static async Task<SharedDatabase> CreateAsync()
    {
        var database = new SharedDatabase(Environment.GetEnvironmentVariable(Variable) ?? "");
        if (SharedDatabaseFactAttribute.IsGiven)
            await ExecuteAsync(database._server.ConnectionString, $"CREATE DATABASE {database._name}");
        return database;
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

    public async ValueTask DisposeAsync()
    {
        if (SharedDatabaseFactAttribute.IsGiven)
            await ExecuteAsync(_server.ConnectionString, $"DROP DATABASE {_name} WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The text is the test's own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A test that needs PostgreSQL.</summary>
internal sealed class SharedDatabaseFactAttribute : FactAttribute
{
    public SharedDatabaseFactAttribute() =>
        Skip = IsGiven ? null : $"{SharedDatabase.Variable} names no PostgreSQL server, for instance 'Host=127.0.0.1;Username=postgres'.";

    public static bool IsGiven => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(SharedDatabase.Variable));
}
