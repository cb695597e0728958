using DynamicSampling.Dashboard.Assets;
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
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.Dashboard;

/// <summary>Mounts the dashboard.</summary>
public static class DashboardHosting
{
    /// <summary>Adds what pages need. The service itself adds <see cref="IViewers"/> and the interfaces that pages get what they show from.</summary>
    public static void AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents();
        // Also over TLS: pages have no secrets but antiforgery tokens, and those are different each time (so BREACH learns nothing).
        services.AddResponseCompression(options => options.EnableForHttps = true);
        // The first that can write does: people get pages where programs get problem details.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ErrorPages>());
    }

    /// <summary>Compresses pages, to an eighth or so. Comes after routing; other endpoints are left alone.</summary>
    public static void UseDashboard(this IApplicationBuilder app) => app.UseWhen(
        http => http.GetEndpoint()?.Metadata.GetMetadata<DashboardEndpoint>() is { Access: not DashboardAccess.Everybody },
        branch => branch.UseResponseCompression());

    /// <summary>
    /// Maps all pages. Each endpoint has <see cref="DashboardEndpoint"/>, by which the service lets people in; antiforgery tokens of forms are
    /// checked by <c>UseAntiforgery</c>.
    /// </summary>
    public static IEndpointConventionBuilder MapDashboard(this IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var all = app.MapGroup("").ExcludeFromDescription();
        all.MapAssets();
        var pages = all.MapGroup("").AddEndpointFilter<RouteGroupBuilder, PageHeaders>();
        pages.MapOverviewPages();
        pages.MapRunsPages();
        pages.MapTasksPages();
        pages.MapServicesPages();
        pages.MapClientsPages();
        pages.MapClusterPages();
        pages.MapSettingsPages();
        pages.MapProjectSettingsPages();
        pages.MapRateVersionsPages();
        pages.MapCustomRulesPages();
        return all;
    }
}
