using Npgsql;

namespace DynamicSampling.IntegrationTests.Postgres;

public class PostgresServerTests
{
    [PostgresTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_AfterItWasStopped_HasTheDataAtTheSameAddress(bool byForce)
    {
        await using var server = await PostgresServer.CreateAsync(durable: true);
        var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE kept (id INTEGER); INSERT INTO kept VALUES (7)");
        await (byForce ? server.KillAsync() : server.StopAsync());
        NpgsqlConnection.ClearAllPools();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(database, "SELECT id FROM kept"));
        await server.StartAsync();

        Assert.Equal(7, await ExecuteAsync(database, "SELECT id FROM kept"));
    }

    [PostgresFact]
    public async Task DropDatabase_SomebodyIsConnected_IsGone()
    {
        var server = await PostgresServer.Shared;
        var database = await server.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync();
        await server.DropDatabaseAsync(database);

        var exception = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, exception.SqlState);
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The text is the test's own.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
