using System.Reflection;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Cluster;

/// <summary>This process, as others see it.</summary>
internal sealed class ThisNode(IOptions<ClusterOptions> options)
{
    public string Name => options.Value.Node;

    public string Host { get; } = Environment.MachineName;

    public int ProcessId { get; } = Environment.ProcessId;

    public string Version { get; } = typeof(ThisNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
