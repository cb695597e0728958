using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.Cluster;

/// <summary>The page of the processes that share the work.</summary>
internal static class ClusterPages
{
    public static void MapClusterPages(this IEndpointRouteBuilder pages) => pages.MapGet("/cluster", ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.LookAtAll));

    private static async Task<IResult> ShowAsync(HttpContext http, IClusterReader cluster, CancellationToken cancellationToken) =>
        PageResults.Show<ClusterPage, ClusterView>(PageFrame.Of(http, Section.Cluster), await cluster.ReadAsync(cancellationToken));
}
