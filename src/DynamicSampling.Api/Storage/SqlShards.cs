using Dapper;

namespace DynamicSampling.Api.Storage;

/// <summary>Who worked on which part of the organizations.</summary>
internal sealed class SqlShards(Database database)
{
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
