using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Limits;
using DynamicSampling.Dashboard;
using DynamicSampling.Dashboard.Catalogue;
using DynamicSampling.Dashboard.Clients;
using DynamicSampling.Dashboard.Cluster;
using DynamicSampling.Dashboard.CustomRules;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Overview;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Dashboard.Services;
using DynamicSampling.Dashboard.Settings;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Mounts the dashboard: gives it what it shows, and says who may see which page.</summary>
internal static class DashboardMount
{
    /// <summary>Adds the dashboard, and what its pages read from.</summary>
    public static void AddDashboardPages(this IServiceCollection services)
    {
        services.AddDashboard();
        services.AddSingleton<IViewers, Viewers>();
        services.AddSingleton<LargeTables>();
        services.AddSingleton<VolumeHistories>();
        services.AddSingleton<LatestPass>();
        services.AddSingleton<HealthReport>();
        services.AddSingleton<IOverviewReader, OverviewReader>();
        services.AddSingleton<IServicesReader, ServicesReader>();
        services.AddSingleton<IClientsReader, ClientsReader>();
        services.AddSingleton<IClusterReader, ClusterReader>();
        services.AddSingleton<KnownOrganizations>();
        services.AddSingleton<IRunAccess, RunAccess>();
        services.AddSingleton<ITaskAccess, TaskAccess>();
        services.AddSingleton<RecentChanges>();
        services.AddSingleton<ISettingsEditor, SettingsEditor>();
        services.AddSingleton<ICustomRulesEditor, CustomRulesEditor>();
        services.AddSingleton<IRateVersions, RateVersions>();
    }

    /// <summary>Maps the dashboard's pages, each with the scope that the same takes in the HTTP API.</summary>
    public static void MapDashboardPages(this IEndpointRouteBuilder app) => app.MapDashboard().Finally(endpoint =>
    {
        var marked = endpoint.Metadata.OfType<DashboardEndpoint>().Single();
        if (marked.IsStream)
            endpoint.Metadata.Add(new EventStream());
        switch (marked.Access)
        {
            case DashboardAccess.Everybody:
                endpoint.Metadata.Add(new AllowAnonymousAttribute());
                break;
            case DashboardAccess.Look:
                endpoint.Metadata.Add(new RequiredScope(Scope.Read, ReachOf(endpoint)));
                break;
            case DashboardAccess.LookAtAll:
                endpoint.Metadata.Add(new RequiredScope(Scope.Read, Reach.Path));
                break;
            case DashboardAccess.Change:
                // What is wrong is shown on the page, with all that it shows.
                endpoint.Metadata.Add(new RequiredScope(Scope.Read | Scope.Operate, ReachOf(endpoint)));
                endpoint.Metadata.Add(new RequireAntiforgeryTokenAttribute());
                break;
        }
    });

    private static Reach ReachOf(EndpointBuilder endpoint) =>
        ((RouteEndpointBuilder)endpoint).RoutePattern.GetParameter("org") is null ? Reach.Request : Reach.Path;
}
