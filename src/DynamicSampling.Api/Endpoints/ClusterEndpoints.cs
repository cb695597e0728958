using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The processes that share the work.</summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this IEndpointRouteBuilder app) => app.MapGet("/api/cluster", Get)
        .WithTags("Cluster").RequireScope(Scope.Read).WithName("GetCluster").WithSummary("The processes that share the database, and which worked on which shard");

    private static async Task<Ok<ClusterState>> Get(ClusterReport report, CancellationToken cancellationToken) => TypedResults.Ok(await report.ReadAsync(cancellationToken));
}
