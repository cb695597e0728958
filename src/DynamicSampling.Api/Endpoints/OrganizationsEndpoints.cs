using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Organizations and their settings.</summary>
internal static class OrganizationsEndpoints
{
    private const int WindowMinutes = 60;

    public static void MapOrganizations(this IEndpointRouteBuilder app)
    {
        var organizations = app.MapGroup("/api/organizations").WithTags("Organizations").RequireScope(Scope.Read);
        organizations.MapGet("", List)
            .RequireScope(Scope.Read, Reach.Request)
            .WithName("ListOrganizations").WithSummary("Organizations that have been seen or configured, with their last hour's volume and their target")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        organizations.MapGet("/{org}", Get)
            .WithName("GetSettings").WithSummary("The settings that take effect for an organization")
            .WithDescription("For an organization that has none these are the service's defaults, with `\"stored\": false`.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        organizations.MapPut("/{org}", Put)
            .RequireScope(Scope.Operate)
            .WithName("PutSettings").WithSummary("Sets what an organization wants")
            .WithDescription("Members left out keep their defaults. `If-Match` with the ETag of a GET makes sure that nobody else has changed them meanwhile.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        organizations.MapDelete("/{org}", Delete)
            .RequireScope(Scope.Operate)
            .WithName("DeleteSettings").WithSummary("Drops an organization's settings; with data=true also its volumes and rates")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    private static async Task<Ok<Page<OrganizationListItem>>> List(
        HttpContext http, SqlOrganizationStore store, IOptions<SamplingOptions> defaults, TimeProvider clock, int? limit, string? cursor,
        CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var rows = await store.ListWithVolumesAsync(
            Caller.GrantOf(http)?.Organizations, MinuteWindow.Ending(clock.GetUtcNow(), WindowMinutes), Paging.Cursor<NameCursor>(cursor)?.Name, count + 1, cancellationToken);
        return TypedResults.Ok(Paging.ToPage(
            rows,
            count,
            row => new OrganizationListItem(
                row.Organization.Name, row.Organization.Projects, row.Total, row.Kept,
                TargetRate.Of(row.Organization.Settings, row.MonthlyVolume, defaults.Value), row.Organization.Settings is not null),
            row => new NameCursor(row.Organization.Name)));
    }

    private static async Task<Ok<EffectiveSettings>> Get(
        PathName org, HttpResponse response, SqlOrganizationStore store, SqlRateStore rates, IOptions<SamplingOptions> defaults,
        CancellationToken cancellationToken) =>
        Effective(
            org.Value, await store.FindAsync(org.Value, cancellationToken), await rates.FindAsync(org.Value, cancellationToken), response, defaults.Value);

    private static async Task<Results<Ok<EffectiveSettings>, ProblemHttpResult>> Put(
        PathName org, SettingsBody body, HttpContext http, SqlOrganizationStore store, SqlRateStore rates, IOptions<SamplingOptions> defaults,
        CancellationToken cancellationToken)
    {
        if (body.Check(org.Value) is { } problem)
            return Problems.BadRequest(problem);
        var settings = body.ToSettings();
        var headers = http.Request.GetTypedHeaders();
        if (headers.CheckPreconditions() is { } unreadable)
            return Problems.BadRequest(unreadable);
        return await store.SaveSettingsAsync(org.Value, settings, Caller.NameOf(http), entry => headers.Allows(entry?.Settings), cancellationToken)
            ? Effective(
                org.Value, new(org.Value, settings, SettingsError: null), await rates.FindAsync(org.Value, cancellationToken), http.Response, defaults.Value)
            : Problems.StaleSettings();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        PathName org, HttpContext http, SqlOrganizationStore store, bool? data, CancellationToken cancellationToken)
    {
        if (data == true)
            Caller.Demand(http, Scope.Admin, "Deleting data");
        var headers = http.Request.GetTypedHeaders();
        if (headers.CheckPreconditions() is { } unreadable)
            return Problems.BadRequest(unreadable);
        return await store.DeleteAsync(org.Value, data == true, Caller.NameOf(http), entry => headers.Allows(entry?.Settings), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.StaleSettings();
    }

    private static Ok<EffectiveSettings> Effective(
        string organization, OrganizationEntry? entry, OrganizationRates? published, HttpResponse response, SamplingOptions defaults)
    {
        if (SettingsVersion.Of(entry?.Settings) is { } version)
            response.GetTypedHeaders().ETag = version;
        return TypedResults.Ok(EffectiveSettings.Of(organization, entry, published?.Target.MonthlyVolume, defaults));
    }

    private sealed record NameCursor(string Name);
}

/// <summary>An organization in the list.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Projects">How many projects it has.</param>
/// <param name="Total">Root traces in the last hour, before sampling.</param>
/// <param name="Kept">Root traces stored in the last hour.</param>
/// <param name="Target">The target, and where it comes from.</param>
/// <param name="Stored">Whether it has settings of its own.</param>
internal sealed record OrganizationListItem(string Organization, long Projects, double Total, double Kept, TargetRate Target, bool Stored);
