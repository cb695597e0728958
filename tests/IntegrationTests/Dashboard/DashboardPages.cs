using DynamicSampling.Dashboard.Routing;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Dashboard;

/// <summary>The pages of the dashboard, found as routing finds them: a new one is in every test of all pages.</summary>
internal static class DashboardPages
{
    /// <summary>The patterns of all pages, without streams and assets.</summary>
    public static IReadOnlyList<string> ListOf(ApiHost host) =>
    [
        .. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<DashboardEndpoint>() is { Access: not DashboardAccess.Everybody }
                && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Contains("GET"))
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'))
            .Where(pattern => !pattern.EndsWith("/live", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];
}
