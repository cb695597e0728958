using System.Data.Common;
using System.Text.Json;
using Dapper;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Postgres;
using DynamicSampling.IntegrationTests.SamplingTasks;
using Npgsql;

namespace DynamicSampling.IntegrationTests.Cluster;

/// <summary>Processes of the service that share a PostgreSQL server of their own, a proxy between each and the server.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const int Shards = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _database;
    private readonly List<NodeProcess> _nodes = [];
    private readonly List<CutProxy> _proxies = [];

    private TestCluster(PostgresServer server, string database)
    {
        Server = server;
        _database = database;
    }

    public PostgresServer Server { get; }

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    public IReadOnlyList<CutProxy> Proxies => _proxies;

    public static async Task<TestCluster> StartAsync(int nodes)
    {
        var server = await PostgresServer.CreateAsync();
        var cluster = new TestCluster(server, await server.CreateDatabaseAsync());
        try
        {
            // Together: they share the making of the schema, too.
            var starting = Enumerable.Range(1, nodes).Select(number => cluster.StartNodeAsync($"node-{number}")).ToList();
            try
            {
                await Task.WhenAll(starting);
            }
            finally
            {
                // Those that are there go with the cluster, also when another one could not start.
                foreach (var node in starting.Where(node => node.IsCompletedSuccessfully))
                    cluster._nodes.Add(await node);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public NodeProcess Node(string name) => _nodes.Single(node => string.Equals(node.Name, name, StringComparison.Ordinal));

    /// <summary>A connection of the test's own, past the proxies.</summary>
    public async Task<DbConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<T> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await ConnectAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async Task<List<T>> ListAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await ConnectAsync();
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    /// <summary>Waits until something is so.</summary>
    /// <param name="what">What is waited for, for whoever reads that it never came.</param>
    /// <param name="isSo">Whether it is.</param>
    public async Task WaitAsync(string what, Func<Task<bool>> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                Assert.Fail($"It did not happen that {what}.\n{string.Join("\n\n", _nodes.Select(node => $"--- {node.Name}\n{node.Output}"))}");
            await Task.Yield();
        }
    }

    /// <summary>The epoch of each shard: how many passes over it have begun.</summary>
    public async Task<Dictionary<long, long>> EpochsAsync() =>
        (await ListAsync<(long Number, long Epoch)>("SELECT number, epoch FROM shards")).ToDictionary(shard => shard.Number, shard => shard.Epoch);

    /// <summary>Waits until each shard has had a whole pass that began after now.</summary>
    public async Task WaitForPassesAsync()
    {
        var before = await EpochsAsync();
        await WaitAsync("each shard has had two more passes", async () =>
        {
            var now = await EpochsAsync();
            // The next but one begins when the next has ended.
            return Enumerable.Range(0, Shards).All(shard => now.GetValueOrDefault(shard) >= before.GetValueOrDefault(shard) + 2);
        });
    }

    /// <summary>What is served to services, on any node.</summary>
    public static async Task<Dictionary<string, double>> RatesAsync(NodeProcess node, string organization) =>
        (await node.Client.RatesAsync(organization)).Projects();

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
        await Server.DisposeAsync();
    }

    private Task<NodeProcess> StartNodeAsync(string name)
    {
        CutProxy proxy;
        lock (_proxies)
        {
            proxy = new(Server.Port);
            _proxies.Add(proxy);
        }

        return NodeProcess.StartAsync(name, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Storage:Provider"] = "postgres",
            ["ConnectionStrings:DynamicSampling"] = new NpgsqlConnectionStringBuilder(_database) { Host = "127.0.0.1", Port = proxy.Port, MaxPoolSize = 20 }.ConnectionString,
            ["Scheduling:Cycle"] = "00:00:02",
            ["Scheduling:Shards"] = $"{Shards}",
            ["Sampling:PublishThreshold"] = "0",
            ["Ingest:Durable"] = "true",
            ["Logging:LogLevel:Default"] = "Information",
        });
    }
}
