using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Goals;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Whether the goal is met, and if not, why.</summary>
internal static class GoalEndpoints
{
    public static void MapGoal(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/organizations/{org}/goal", Get)
            .WithTags("Rates").RequireScope(Scope.Read).WithName("GetGoal").WithSummary("Whether an organization's target is met, and if not, why")
            .WithDescription("Compares what was kept in the last 5 minutes, hour and day with the target, and names what stands in the way.")
            .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Ok<Goal>> Get(PathName org, GoalReport report, CancellationToken cancellationToken) =>
        TypedResults.Ok(await report.MakeAsync(org.Value, cancellationToken));
}
