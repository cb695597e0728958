using DynamicSampling.Api.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Probes for load balancers and orchestrators.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health").AllowAnonymous().DisableRateLimiting();
        health.MapGet("/live", () => TypedResults.Ok(new Health("Healthy", [])))
            .WithName("Live").WithSummary("Whether the process answers");
        health.MapGet("/ready", Ready)
            .WithName("Ready").WithSummary("Whether it can do its work, and what is missing")
            .Produces<Health>()
            .Produces<Health>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<JsonHttpResult<Health>> Ready(HttpContext http, Access access, HealthCheckService checks, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        // What is wrong may name organizations, and probes have no key.
        HealthPart[] parts = access.IsRequired && Caller.GrantOf(http) is not { IsForAll: true }
            ? []
            : [.. report.Entries.Select(entry => new HealthPart(entry.Key, entry.Value.Status.ToString(), entry.Value.Description))];
        return TypedResults.Json(
            new Health(report.Status.ToString(), parts),
            statusCode: report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}

/// <summary>How the service is.</summary>
/// <param name="Status">Healthy, Degraded or Unhealthy.</param>
/// <param name="Parts">What it depends on; none for those without a key, where requests need one.</param>
internal sealed record Health(string Status, IReadOnlyList<HealthPart> Parts);

/// <summary>How a part of the service is.</summary>
/// <param name="Name">The part.</param>
/// <param name="Status">Healthy, Degraded or Unhealthy.</param>
/// <param name="Description">What is wrong; null when nothing is.</param>
internal sealed record HealthPart(string Name, string Status, string? Description);
