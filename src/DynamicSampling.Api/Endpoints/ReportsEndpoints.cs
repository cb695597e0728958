using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest.Reports;
using DynamicSampling.Api.Limits;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>True counts of samplers that count before they decide.</summary>
internal static class ReportsEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder app)
    {
        Describe(
            app.MapPost("/api/reports", (SamplerReport report, HttpContext http, SamplerReports reports, TimeProvider clock, CancellationToken cancellationToken) =>
                PostAsync(Caller.OrganizationOf(http, report.Organization), report, reports, clock, cancellationToken)).RequireScope(Scope.Ingest, Reach.Request),
            "PostReport",
            "Takes what a sampler has counted");
        Describe(
            app.MapPost("/o/{org}/api/reports", (PathName org, SamplerReport report, SamplerReports reports, TimeProvider clock, CancellationToken cancellationToken) =>
                report.Organization is { } named && !string.Equals(named, org.Value, StringComparison.Ordinal)
                    ? Task.FromResult<Results<Ok<ReportTaken>, ProblemHttpResult>>(Problems.BadRequest($"organization is '{named}', but the path says '{org.Value}'. Leave it out."))
                    : PostAsync(org.Value, report, reports, clock, cancellationToken)).RequireScope(Scope.Ingest),
            "PostReportOfOrganization",
            "Takes what a sampler of an organization has counted");
    }

    private static async Task<Results<Ok<ReportTaken>, ProblemHttpResult>> PostAsync(
        string organization, SamplerReport report, SamplerReports reports, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (report.Check(clock.GetUtcNow()) is { } problem)
            return Problems.BadRequest(problem);
        var receipt = await reports.TakeAsync(organization, report, cancellationToken);
        return TypedResults.Ok(new ReportTaken((int)receipt.Taken, receipt.IsRepetition));
    }

    private static void Describe(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithTags("Sampling").WithName(name).WithSummary(summary)
        .WithDescription(
            "For samplers that count each root span before they decide, such as the package DynamicSampling.Sampler. A report that comes again, by its client and sequence number, is not counted again. The answer comes when the counts are durable.")
        .WithMetadata(new LargeBody())
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}

/// <summary>The answer to a report.</summary>
/// <param name="Taken">How many operations it has.</param>
/// <param name="Repeated">Whether they had been counted before; they were not counted again.</param>
internal sealed record ReportTaken(int Taken, bool Repeated);
