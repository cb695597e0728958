using System.Data.Common;
using Dapper;
using Npgsql;

namespace DynamicSampling.Benchmarks;

/// <summary>The PostgreSQL server that the environment variable DYNAMIC_SAMPLING_BENCH_POSTGRES names; bench/postgres.sh starts one.</summary>
internal static class BenchmarkServer
{
    private const string Variable = "DYNAMIC_SAMPLING_BENCH_POSTGRES";

    /// <summary>An empty database, and how to drop it.</summary>
    public static async Task<(DbDataSource Source, Func<ValueTask> Drop)> CreateDatabaseAsync()
    {
        var server = Environment.GetEnvironmentVariable(Variable)
            ?? throw new InvalidOperationException($"{Variable} names no PostgreSQL server. Start one with: eval \"$(bench/postgres.sh start)\"");
        var name = "dynamic_sampling_bench_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        // The service's own settings of a connection belong to what is measured.
        var source = Api.Storage.DataSources.CreatePostgres(new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString);
        return (source, async () => await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)"));
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync(sql);
    }
}
