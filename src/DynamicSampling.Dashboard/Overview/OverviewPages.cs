using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.Overview;

/// <summary>The first page, and that of an organization.</summary>
internal static class OverviewPages
{
    public static void MapOverviewPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/", ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapGet("/organizations/{org}", ShowOrganizationAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, IOverviewReader overview, string? q, string? after, string? window, CancellationToken cancellationToken)
    {
        var search = q ?? "";
        var isAll = search.Length == 0 && string.IsNullOrEmpty(after);
        var problem = CheckSearch(search);
        if (!string.IsNullOrEmpty(after) && Names.Check(after) is not null)
            throw new BadHttpRequestException("after must be a name of an organization.");
        var list = problem is null ? await overview.ListAsync(http, search, after, cancellationToken) : new([], HasMore: false);
        // With one there is nothing to choose.
        var only = isAll && list.Items is [var goal] ? await overview.ReadAsync(http, goal.Organization, HistoryWindows.Parse(window), cancellationToken) : null;
        var health = await overview.ReadHealthAsync(http, cancellationToken);
        return PageResults.Show<OverviewPage, OverviewView>(
            PageFrame.Of(http, Section.Overview, only?.Name),
            new(list, search, problem, string.IsNullOrEmpty(after), only, health, ServiceAddress.Of(http)),
            problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> ShowOrganizationAsync(
        HttpContext http, PathName org, IOverviewReader overview, string? window, CancellationToken cancellationToken) =>
        PageResults.Show<OrganizationPage, OrganizationPageView>(
            PageFrame.Of(http, Section.Overview, org.Value),
            new(await overview.ReadAsync(http, org.Value, HistoryWindows.Parse(window), cancellationToken), ServiceAddress.Of(http)));

    private static string? CheckSearch(string search) =>
        search.Length > Names.MaxLength ? $"No name is longer than {Names.MaxLength} characters."
        : search.Any(char.IsControl) ? "No name has control characters."
        : null;
}
