using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Dashboard.Cluster;

/// <summary>Tells which processes share the work.</summary>
public interface IClusterReader
{
    /// <summary>The processes and shards as they are now.</summary>
    Task<ClusterView> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>The processes that share the database, and the shards that they work on.</summary>
/// <param name="Storage">The database: `sqlite` or `postgres`.</param>
/// <param name="Node">The process that answers.</param>
/// <param name="Nodes">All that have been there within a day, by name.</param>
/// <param name="Shards">The parts of the organizations; empty where one process has all of them.</param>
public sealed record ClusterView(string Storage, string Node, IReadOnlyList<NodeRow> Nodes, IReadOnlyList<ShardRow> Shards);

/// <summary>A process.</summary>
public sealed record NodeRow(string Name, NodeState State, string Host, long ProcessId, string Version, DateTimeOffset StartedAt, DateTimeOffset LastCheckIn);

/// <summary>Whether a process works.</summary>
public enum NodeState
{
    /// <summary>It checks in.</summary>
    Alive,

    /// <summary>It does no longer.</summary>
    Dead,

    /// <summary>It stopped in good order.</summary>
    Stopped,
}

/// <summary>A part of the organizations, and who worked on it last.</summary>
/// <param name="Name">Its number and how many there are.</param>
/// <param name="Epoch">How many passes over it have begun.</param>
/// <param name="Node">Who began the latest.</param>
/// <param name="Run">Its run.</param>
/// <param name="Status">How that stands; null when it is no longer kept.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Seconds">How long it took, or has lasted; null when it is no longer kept.</param>
public sealed record ShardRow(string Name, long Epoch, string Node, Guid Run, RunStatus? Status, DateTimeOffset StartedAt, double? Seconds);
