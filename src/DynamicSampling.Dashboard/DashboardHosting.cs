using DynamicSampling.Dashboard.Assets;
using DynamicSampling.Dashboard.Cluster;
using DynamicSampling.Dashboard.CustomRules;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Dashboard.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.Dashboard;

/// <summary>Mounts the dashboard.</summary>
public static class DashboardHosting
{
    /// <summary>
    /// Adds what pages need. Call it before <c>AddProblemDetails</c>, so that people get pages where programs get problem details. The service
    /// itself adds <see cref="IViewers"/> and the interfaces that pages get what they show from.
    /// </summary>
    public static void AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<IProblemDetailsWriter, ErrorPages>();
    }

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
        pages.MapClusterPages();
        pages.MapSettingsPages();
        pages.MapProjectSettingsPages();
        pages.MapRateVersionsPages();
        pages.MapCustomRulesPages();
        return all;
    }
}
