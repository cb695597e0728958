using Dapper;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Who worked on which part of the organizations, and who may publish.</summary>
internal sealed class SqlShards(Database database, ThisNode node)
{
    /// <summary>Gives a shard to a run of this process. Whoever had it may not publish any more.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="run">The run that is to work on it.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<ShardLease> TakeAsync(OrganizationShard shard, Guid run, CancellationToken cancellationToken) => new(
        shard,
        await database.WriteAsync(
            (connection, transaction) => connection.ExecuteScalarAsync<long>(
                $"""
                INSERT INTO shards AS s (count, number, epoch, node, run, started_at) VALUES (@Count, @Number, 1, @Name, @run, {SqlNodeStore.Now})
                ON CONFLICT (count, number) DO UPDATE SET
                    epoch = s.epoch + 1, node = excluded.node, run = excluded.run, started_at = excluded.started_at
                RETURNING epoch
                """,
                new { shard.Count, shard.Number, node.Name, run = run.ToString() },
                transaction),
            cancellationToken));

    /// <summary>Forgets the shards of another count, and where passes over them stopped. Passes over them may not publish any more.</summary>
    public Task<int> ForgetOthersAsync(int count, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "DELETE FROM pass_progress WHERE task LIKE '%#%' AND task NOT LIKE @others; DELETE FROM shards WHERE count <> @count",
            new { count, others = $"%/{count}" },
            transaction),
        cancellationToken);

    /// <summary>All shards, in order.</summary>
    public Task<IReadOnlyList<StoredShard>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredShard>>(
        async connection => (await connection.QueryAsync<StoredShard>(
            "SELECT count AS Count, number AS Number, epoch AS Epoch, node AS Node, run AS Run, started_at AS StartedAt FROM shards ORDER BY count, number")).AsList(),
        cancellationToken);
}

/// <summary>A part of the organizations.</summary>
/// <param name="Count">How many parts there are.</param>
/// <param name="Number">Which of them, from 0.</param>
/// <param name="Epoch">How many passes over it have begun.</param>
/// <param name="Node">The process that began the latest.</param>
/// <param name="Run">Its run.</param>
/// <param name="StartedAt">When, in milliseconds since the Unix epoch.</param>
internal sealed record StoredShard(long Count, long Number, long Epoch, string Node, string Run, long StartedAt);
