using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.Dashboard.Layout;

/// <summary>What is around a page: where it is, and for whom.</summary>
/// <param name="Links">The links of pages.</param>
/// <param name="Viewer">For whom.</param>
/// <param name="Section">Which of the main pages it belongs to.</param>
/// <param name="Organization">The organization that it is about; null for none.</param>
/// <param name="Now">When it is made.</param>
public sealed record PageFrame(Links Links, Viewer Viewer, Section Section, string? Organization, DateTimeOffset Now)
{
    public static PageFrame Of(HttpContext http, Section section, string? organization = null) => new(
        new Links(http.Request.PathBase.ToUriComponent()),
        http.RequestServices.GetRequiredService<IViewers>().Find(http),
        section,
        organization,
        http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
}

/// <summary>The main pages.</summary>
public enum Section
{
    None,
    Overview,
    Services,
    Runs,
    Tasks,
    Settings,
    CustomRules,
    Clients,
    Cluster,
}
