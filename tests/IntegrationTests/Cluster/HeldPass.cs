using System.Data.Common;
using Dapper;

namespace DynamicSampling.IntegrationTests.Cluster;

/// <summary>
/// Holds passes up at the first organization of each shard, by the lock that publishing takes: so a node can be found in the middle of one. Let go when
/// it is disposed of.
/// </summary>
internal sealed class HeldPass : IAsyncDisposable
{
    private readonly TestCluster _cluster;
    private readonly DbConnection _connection;
    private readonly DbTransaction _transaction;
    private readonly Dictionary<long, long> _epochs;

    private HeldPass(TestCluster cluster, DbConnection connection, DbTransaction transaction, Dictionary<long, long> epochs)
    {
        _cluster = cluster;
        _connection = connection;
        _transaction = transaction;
        _epochs = epochs;
    }

    public static async Task<HeldPass> BeginAsync(TestCluster cluster)
    {
        var connection = await cluster.ConnectAsync();
        var transaction = await connection.BeginTransactionAsync();
        // Of each shard that has several, the first one.
        await connection.ExecuteAsync(
            $"""
            SELECT id FROM organizations o
            WHERE NOT EXISTS (SELECT 1 FROM organizations b WHERE b.id % {TestCluster.Shards} = o.id % {TestCluster.Shards} AND b.name < o.name)
            ORDER BY id FOR UPDATE
            """,
            transaction: transaction);
        return new(cluster, connection, transaction, await cluster.EpochsAsync());
    }

    /// <summary>Waits until a node is held up in a pass that began after this, over a shard with more organizations to come.</summary>
    public async Task<((long Number, string Node) Shard, Guid Run, long Epoch)> WaitForPassAsync()
    {
        ((long, string), Guid, long) found = default;
        await _cluster.WaitAsync("a pass waits for the lock of its organization", async () =>
        {
            // Publishing is the only one that locks the row of an organization so.
            if (await _cluster.QueryAsync<long>("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT id FROM organizations%'") == 0)
                return false;
            foreach (var (number, node, run, epoch) in await _cluster.ListAsync<(long, string, string, long)>(
                $"""
                SELECT s.number, s.node, s.run, s.epoch FROM shards s JOIN runs r ON r.id = s.run
                WHERE r.status = 'running' AND (SELECT COUNT(*) FROM organizations o WHERE o.id % {TestCluster.Shards} = s.number) > 1
                """))
            {
                if (epoch <= _epochs.GetValueOrDefault(number))
                    continue;
                found = ((number, node), Guid.Parse(run), epoch);
                return true;
            }

            return false;
        });
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
