using DynamicSampling.Api.Cluster;
using DynamicSampling.Dashboard.Cluster;

namespace DynamicSampling.Api.Dashboard;

/// <summary>What the dashboard shows of the cluster: the same as <c>GET /api/cluster</c>.</summary>
internal sealed class ClusterReader(ClusterReport report) : IClusterReader
{
    public async Task<ClusterView> ReadAsync(CancellationToken cancellationToken)
    {
        var state = await report.ReadAsync(cancellationToken);
        return new(
            state.Storage,
            state.Node,
            [.. state.Nodes.Select(node => new NodeRow(node.Node, StateOf(node.Status), node.Host, node.ProcessId, node.Version, node.StartedAt, node.LastCheckIn))],
            [.. state.Shards.Select(shard => new ShardRow(shard.Shard, shard.Epoch, shard.Node, shard.Run, shard.Status, shard.StartedAt, shard.Seconds))]);
    }

    private static NodeState StateOf(NodeStatus status) => status switch
    {
        NodeStatus.Alive => NodeState.Alive,
        NodeStatus.Dead => NodeState.Dead,
        _ => NodeState.Stopped,
    };
}
