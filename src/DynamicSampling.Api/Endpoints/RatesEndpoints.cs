using System.Text.Json.Serialization;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The rates that are in force, and why.</summary>
internal static class RatesEndpoints
{
    public static void MapRates(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/organizations/{org}/rates", Get)
            .WithTags("Rates").WithName("GetRates").WithSummary("The rates that are in force for an organization, and what they were computed from")
            .WithDescription("Before the first run the version is 0, there are no projects, and every service gets the target.")
            .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Ok<RatesDocument>> Get(
        PathName org, SqlRateStore rates, SqlOrganizationStore organizations, IOptions<SamplingOptions> defaults, int? limit, string? cursor,
        CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var page = await rates.ReadPageAsync(org.Value, Paging.Cursor<ProjectCursor>(cursor)?.Project, count + 1, cancellationToken);
        if (page is null)
        {
            var entry = await organizations.FindAsync(org.Value, cancellationToken);
            return TypedResults.Ok(new RatesDocument(
                org.Value, Version: 0, ComputedBy: null, ComputedAt: null, WindowStart: null, WindowEnd: null, Factor: 1,
                TargetRate.Of(entry?.Settings, defaults.Value), entry?.Settings?.MinimumSampleRate ?? defaults.Value.MinimumSampleRate, Projects: [], Next: null));
        }

        var version = page.Version;
        var projects = Paging.ToPage(
            page.Projects,
            count,
            project =>
            {
                var served = ServedRate.Of(project.Rate, version.Floor);
                return new ProjectRateItem(
                    project.Project, project.Rate, served, project.Total, project.Kept, page.Spent > 0 ? project.Total * served / page.Spent : 0);
            },
            project => new ProjectCursor(project.Project));
        return TypedResults.Ok(new RatesDocument(
            org.Value, version.Version, version.ComputedBy, version.ComputedAt, version.Window.Start, version.Window.End, Factor: 1,
            version.Target, version.Floor, projects.Items, projects.Next));
    }

    private sealed record ProjectCursor(string Project);
}

/// <summary>The rates of an organization.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Version">Grows by one with each publication; 0 before the first.</param>
/// <param name="ComputedBy">The run that computed them.</param>
/// <param name="ComputedAt">When they were computed.</param>
/// <param name="WindowStart">The start of the volumes they were computed from.</param>
/// <param name="WindowEnd">The end of those volumes.</param>
/// <param name="Factor">The recalibration factor; 1 changes nothing.</param>
/// <param name="Target">The target they were computed for, and where it came from.</param>
/// <param name="Floor">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Projects">The projects, by name.</param>
/// <param name="Next">The cursor of the next page of projects; null on the last one.</param>
internal sealed record RatesDocument(
    string Organization,
    long Version,
    Guid? ComputedBy,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? ComputedAt,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? WindowStart,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? WindowEnd,
    double Factor,
    TargetRate Target,
    double Floor,
    IReadOnlyList<ProjectRateItem> Projects,
    string? Next);

/// <summary>The rate of a project.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Rate">The model's rate, 0 to 1.</param>
/// <param name="ServedRate">What clients get: the rate with the floor, 0 to 1.</param>
/// <param name="Total">Root traces in the window, before sampling.</param>
/// <param name="Kept">Root traces stored in the window.</param>
/// <param name="BudgetShare">Its share of all traces that are kept at these rates, 0 to 1.</param>
internal sealed record ProjectRateItem(string Project, double Rate, double ServedRate, double Total, double Kept, double BudgetShare);
