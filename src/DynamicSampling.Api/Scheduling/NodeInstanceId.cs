using DynamicSampling.Api.Cluster;
using Quartz.Extensibility;

namespace DynamicSampling.Api.Scheduling;

/// <summary>The scheduler of a process has the name of the process.</summary>
internal sealed class NodeInstanceId(ThisNode node) : IInstanceIdGenerator
{
    public ValueTask<string> GenerateInstanceId(CancellationToken cancellationToken = default) => new(node.Name);
}
