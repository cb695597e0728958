using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Projects and their settings.</summary>
internal static class ProjectsEndpoints
{
    private const int WindowMinutes = 60;

    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        var projects = app.MapGroup("/api/organizations/{org}/projects").WithTags("Projects").RequireScope(Scope.Read);
        projects.MapGet("", List)
            .WithName("ListProjects").WithSummary("Projects that have been seen or configured, with their last hour's volume and their target")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        projects.MapGet("/{project}", Get)
            .WithName("GetProjectSettings").WithSummary("The settings that take effect for a project")
            .WithDescription("For a project that has none these are its organization's, with `\"stored\": false`.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        projects.MapPut("/{project}", Put)
            .RequireScope(Scope.Operate)
            .WithName("PutProjectSettings").WithSummary("Sets what a project wants")
            .WithDescription("Members left out follow the organization. `If-Match` with the ETag of a GET makes sure that nobody else has changed them meanwhile.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        projects.MapDelete("/{project}", Delete)
            .RequireScope(Scope.Operate)
            .WithName("DeleteProjectSettings").WithSummary("Drops a project's settings; with data=true also its volumes and rates")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    private static async Task<Ok<Page<ProjectListItem>>> List(
        PathName org, SqlProjectStore projects, SqlOrganizationStore organizations, SqlRateStore rates, IOptions<SamplingOptions> defaults,
        TimeProvider clock, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var after = Paging.Cursor<ProjectCursor>(cursor)?.Project;
        var organization = await organizations.FindAsync(org.Value, cancellationToken);
        var monthly = (await rates.FindAsync(org.Value, cancellationToken))?.Target.MonthlyVolume;
        var rows = await projects.ListWithVolumesAsync(
            org.Value, MinuteWindow.Ending(clock.GetUtcNow(), WindowMinutes), after, count + 1, cancellationToken);
        return TypedResults.Ok(Paging.ToPage(
            rows,
            count,
            row => new ProjectListItem(
                row.Project.Key.Project, row.Total, row.Kept,
                EffectiveProjectSettings.Of(row.Project.Key, row.Project, organization, monthly, defaults.Value).Target, row.Project.Settings is not null),
            row => new ProjectCursor(row.Project.Key.Project)));
    }

    private static async Task<Ok<EffectiveProjectSettings>> Get(
        PathName org, PathName project, HttpResponse response, SqlProjectStore projects, SqlOrganizationStore organizations, SqlRateStore rates,
        IOptions<SamplingOptions> defaults, CancellationToken cancellationToken)
    {
        var key = new ProjectKey(org.Value, project.Value);
        return await EffectiveAsync(
            key, await projects.FindAsync(key, cancellationToken), response, organizations, rates, defaults.Value, cancellationToken);
    }

    private static async Task<Results<Ok<EffectiveProjectSettings>, ProblemHttpResult>> Put(
        PathName org, PathName project, ProjectSettingsBody body, HttpContext http, SqlProjectStore projects, SqlOrganizationStore organizations,
        SqlRateStore rates, IOptions<SamplingOptions> defaults, CancellationToken cancellationToken)
    {
        var key = new ProjectKey(org.Value, project.Value);
        if (body.Check(key) is { } problem)
            return Problems.BadRequest(problem);
        var headers = http.Request.GetTypedHeaders();
        if (headers.CheckPreconditions() is { } unreadable)
            return Problems.BadRequest(unreadable);
        return await projects.SaveSettingsAsync(key, body.ToSettings(), Caller.NameOf(http), entry => headers.Allows(entry?.Settings), cancellationToken)
            ? await EffectiveAsync(
                key, new(key, body.ToSettings(), SettingsError: null, FirstMinute: null), http.Response, organizations, rates, defaults.Value, cancellationToken)
            : Problems.StaleSettings();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        PathName org, PathName project, HttpContext http, SqlProjectStore projects, bool? data, CancellationToken cancellationToken)
    {
        if (data == true)
            Caller.Demand(http, Scope.Admin, "Deleting data");
        var headers = http.Request.GetTypedHeaders();
        if (headers.CheckPreconditions() is { } unreadable)
            return Problems.BadRequest(unreadable);
        return await projects.DeleteAsync(
            new(org.Value, project.Value), data == true, Caller.NameOf(http), entry => headers.Allows(entry?.Settings), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.StaleSettings();
    }

    private static async Task<Ok<EffectiveProjectSettings>> EffectiveAsync(
        ProjectKey key, ProjectEntry? entry, HttpResponse response, SqlOrganizationStore organizations, SqlRateStore rates, SamplingOptions defaults,
        CancellationToken cancellationToken)
    {
        if (SettingsVersion.Of(entry?.Settings) is { } version)
            response.GetTypedHeaders().ETag = version;
        var organization = await organizations.FindAsync(key.Organization, cancellationToken);
        var published = await rates.FindAsync(key.Organization, cancellationToken);
        return TypedResults.Ok(EffectiveProjectSettings.Of(key, entry, organization, published?.Target.MonthlyVolume, defaults));
    }
}

/// <summary>The cursor of a list of projects.</summary>
internal sealed record ProjectCursor(string Project);

/// <summary>A project in the list.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Total">Root traces in the last hour, before sampling.</param>
/// <param name="Kept">Root traces stored in the last hour.</param>
/// <param name="Target">The target that counts for it, and where it comes from.</param>
/// <param name="Stored">Whether it has settings of its own.</param>
internal sealed record ProjectListItem(string Project, double Total, double Kept, TargetRate Target, bool Stored);
