using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Pipeline;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Cluster;

internal static class ClusterHosting
{
    /// <summary>Adds what several processes need that share a database. By itself, a process has nobody to tell anything.</summary>
    public static void AddCluster(this IServiceCollection services)
    {
        services.AddOptions<ClusterOptions>().BindConfiguration(ClusterOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ClusterOptions>, ClusterOptionsValidator>();
        services.AddSingleton<ThisNode>();
        // One process by itself has no need to say which.
        services.AddOptions<TaskPipelineOptions>().Configure<Database, ThisNode>((pipeline, database, node) => pipeline.NodeName = database.Dialect.IsShared ? node.Name : null);
        services.AddSingleton<SqlNodeStore>();
        services.AddSingleton<SqlNodeRuns>();
        services.AddSingleton<SqlShards>();
        services.AddSingleton<NodeHeartbeat>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<ClusterRuns>();
        services.AddSingleton<ClusterReport>();
        // Early, so that they stop late: runs end before the node does.
        services.AddHostedService(provider => provider.GetRequiredService<NodeHeartbeat>());
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
    }
}
