using System.Text.Json.Serialization;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Api.Cluster;

/// <summary>Who is there, and who did what last.</summary>
internal sealed class ClusterReport(Database database, SqlNodeStore nodes, SqlShards shards, RunHistory runs, ThisNode node, TimeProvider clock)
{
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();

    public async Task<ClusterState> ReadAsync(CancellationToken cancellationToken)
    {
        if (!database.Dialect.IsShared)
        {
            var alone = new ClusterNode(node.Name, NodeStatus.Alive, node.Host, node.ProcessId, node.Version, _startedAt, clock.GetUtcNow());
            return new(database.Dialect.Name, node.Name, [alone], []);
        }

        var known = await nodes.ListAsync(cancellationToken);
        var taken = await shards.ListAsync(cancellationToken);
        var found = new List<ClusterShard>(taken.Count);
        foreach (var shard in taken)
        {
            var run = await runs.FindAsync(Guid.Parse(shard.Run), cancellationToken);
            found.Add(new(
                $"{shard.Number}/{shard.Count}", shard.Epoch, shard.Node, Guid.Parse(shard.Run), run?.Status, DateTimeOffset.FromUnixTimeMilliseconds(shard.StartedAt), run?.Seconds));
        }

        return new(database.Dialect.Name, node.Name, [.. known.Select(ToNode)], found);
    }

    private static ClusterNode ToNode(StoredNode node) => new(
        node.Name,
        node.EndedAt is not null ? NodeStatus.Stopped : node.IsAlive ? NodeStatus.Alive : NodeStatus.Dead,
        node.Host, node.ProcessId, node.Version, DateTimeOffset.FromUnixTimeMilliseconds(node.StartedAt), DateTimeOffset.FromUnixTimeMilliseconds(node.SeenAt));
}

/// <summary>The processes that share the database, and the shards that they work on.</summary>
/// <param name="Storage">`sqlite`, where there is one process, or `postgres`.</param>
/// <param name="Node">The process that answers.</param>
/// <param name="Nodes">Those that have been there within a day, by name.</param>
/// <param name="Shards">The parts of the organizations, and who worked on each last; empty where one process has all of them.</param>
internal sealed record ClusterState(string Storage, string Node, IReadOnlyList<ClusterNode> Nodes, IReadOnlyList<ClusterShard> Shards);

/// <summary>A process.</summary>
/// <param name="Node">Its name (Cluster:Node).</param>
/// <param name="Status">Whether it works.</param>
/// <param name="Host">The machine it runs on.</param>
/// <param name="ProcessId">Its number there.</param>
/// <param name="Version">The version of the program.</param>
/// <param name="StartedAt">When it started, by the database's clock.</param>
/// <param name="LastCheckIn">When it checked in last, by the database's clock. It does so every second.</param>
internal sealed record ClusterNode(
    string Node,
    NodeStatus Status,
    string Host,
    long ProcessId,
    string Version,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset StartedAt,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset LastCheckIn);

/// <summary>A part of the organizations.</summary>
/// <param name="Shard">Its number, from 0, and how many there are, such as `3/16`.</param>
/// <param name="Epoch">How many passes over it have begun. Only the latest may publish.</param>
/// <param name="Node">The process that began the latest.</param>
/// <param name="Run">Its run.</param>
/// <param name="Status">How that stands; null when it is no longer kept.</param>
/// <param name="StartedAt">When it began, by the database's clock.</param>
/// <param name="Seconds">How long it took, or has lasted so far, in seconds; null when it is no longer kept.</param>
internal sealed record ClusterShard(
    string Shard,
    long Epoch,
    string Node,
    Guid Run,
    RunStatus? Status,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset StartedAt,
    double? Seconds);

/// <summary>Whether a process works.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeStatus>))]
internal enum NodeStatus
{
    /// <summary>It checks in.</summary>
    [JsonStringEnumMemberName("alive")]
    Alive,

    /// <summary>It has not checked in for ten seconds: it has died, or is cut off.</summary>
    [JsonStringEnumMemberName("dead")]
    Dead,

    /// <summary>It stopped in good order.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,
}
